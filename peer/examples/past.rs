//! Lays a long history behind the newest message with a person, into a profile that nobody has open; `./x bench ui` asks
//! for it.
//!
//! ```sh
//! echo PASSWORD | past PROFILE USER-ID MESSAGES
//! ```

use std::io::BufRead as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use conclave_peer::{Password, past};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [profile, with, many] = arguments.as_slice() else { anyhow::bail!("PROFILE USER-ID MESSAGES") };
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let with = with.parse().ok().context("a user id")?;
    past::write(Path::new(profile), &Password::new(password.trim_end()), with, many.parse()?, now).await?;
    Ok(())
}

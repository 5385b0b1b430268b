//! A bot that answers every message with its own words.
//!
//! ```sh
//! conclave --profile ./echo-bot enrol              # once, with an invite link of its own
//! cargo run --example echo_bot -- ./echo-bot ./echo-bot.password ./echo-bot.otpauth
//! ```
//!
//! The second file holds the password, the third the `otpauth://` address that `enrol` has shown.

use conclave_peer::{Credentials, Event, Peer};
use futures::StreamExt;

#[tokio::main]
async fn main() -> conclave_peer::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |usual: &str| arguments.next().unwrap_or_else(|| usual.to_owned());
    let peer = Peer::builder()
        .profile(argument("./echo-bot"))
        .credentials(Credentials::from_files(
            argument("./echo-bot.password"),
            argument("./echo-bot.otpauth"),
        )?)
        .connect()
        .await?;
    let mut events = peer.events();
    while let Some(event) = events.next().await {
        if let Event::Message(message) = &event {
            message.reply(message.text()).await?;
        }
        events.done(&event).await?;
    }
    peer.shutdown().await;
    Ok(())
}

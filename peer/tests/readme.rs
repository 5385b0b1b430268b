//! The bot in the README is the example that is compiled.

use std::fs;

#[test]
fn the_readme_shows_the_echo_bot_as_it_is() -> std::io::Result<()> {
    let package = env!("CARGO_MANIFEST_DIR");
    let readme = fs::read_to_string(format!("{package}/../README.md"))?;
    let example = fs::read_to_string(format!("{package}/examples/echo_bot.rs"))?;
    let code: Vec<&str> =
        example.lines().skip_while(|line| line.is_empty() || line.starts_with("//!")).collect();
    assert!(code.len() > 20, "the example has lost its code");
    assert!(readme.contains(&code.join("\n")), "copy peer/examples/echo_bot.rs into README.md");
    Ok(())
}

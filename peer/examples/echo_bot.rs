//! A bot that answers every message with its own words.
//!
//! ```sh
//! conclave --profile ./echo-bot enrol              # once, with an invite link of its own
//! cargo run --example echo_bot -- ./echo-bot ./echo-bot.password ./echo-bot.otpauth
//! ```
//!
//! The second file holds the `otpauth://` address that `enrol` has shown. A code counts once, so the bot starts no sooner
//! than half a minute after its last login. Each event is acknowledged once it is dealt with: after a crash none is lost
//! and none is answered twice, since the reply's id follows from the message it answers.

use anyhow::{Context, Result};
use conclave_crypto::password::Password;
use conclave_peer::model::{
    Call, Event, EventsAck, EventsSubscribe, Factor, Message, MessageId, MessageSend, TargetRef,
};
use conclave_peer::{Options, Output, Peer};

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let profile = arguments.next().context("the first argument is the profile")?;
    let password = arguments.next().context("the second argument is a file with the password")?;
    let password = Password::new(std::fs::read_to_string(password)?.trim_end());
    let otpauth = arguments.next().context("the third argument is a file with the otpauth address")?;
    let authenticator = totp_rs::Totp::from_url(std::fs::read_to_string(otpauth)?.trim_end())?;

    let peer = Peer::open(profile.as_ref(), Options::default()).await?;
    let code = authenticator.generate_current().to_string();
    peer.login(password, Factor::Totp(code.into())).await?;
    tokio::select! {
        done = serve(&peer) => done?,
        _stop = tokio::signal::ctrl_c() => {}
    }
    peer.shutdown().await;
    Ok(())
}

async fn serve(peer: &Peer) -> Result<()> {
    let mut outputs = peer.attach().await?;
    peer.submit(&outputs, 0, None, Call::EventsSubscribe(EventsSubscribe { after: None })).await?;
    while let Some(output) = outputs.next().await {
        let Output::Notification(notification) = output else { continue };
        if let Event::MessageReceived { message } = notification.event {
            peer.call(Call::MessageSend(echo(message))).await?;
        }
        if let Some(seq) = notification.seq {
            peer.call(Call::EventsAck(EventsAck { seq })).await?;
        }
    }
    Ok(())
}

/// The answer to a message. Sending the same id again is safe, so an event that comes twice is answered once.
fn echo(message: Message) -> MessageSend {
    let id = MessageId::new(message.id.as_bytes().map(|byte| !byte));
    MessageSend {
        to: TargetRef::Id(message.conversation),
        text: message.text,
        id: Some(id),
        reply_to: Some(message.id),
    }
}

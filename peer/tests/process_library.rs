//! The library as a bot uses it, beside a colleague's real program and a real server.

mod support;

use conclave_peer::{Credentials, ErrorCode, Peer};
use support::{Result, World, ensure, json};

#[test]
fn a_bot_answers_each_message_once_and_goes_on_after_a_restart() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bot = world.invite("echo", "Echo")?;
    bot.enrol(&mut world.secrets)?;
    bot.take()?.stop()?;
    let folder = tempfile::tempdir()?;
    let (password, totp) = bot.credentials(folder.path())?;

    let runtime = tokio::runtime::Runtime::new()?;
    let connect = || runtime.block_on(start(&bot.profile, &password, &totp));
    for round in 0..2 {
        // Written while the bot is away: it is answered when the bot is back.
        let words = format!("Anybody there? {round}");
        let asked = ada.say(&bot, &words)?;
        let peer = connect()?;
        let answering = runtime.spawn(conclave_peer::repl(peer.clone(), |message| async move {
            message.reply(message.text()).await
        }));
        let heard = ada.event("message.received", |event| event["message"]["replyTo"] == asked.as_str())?;
        ensure!(heard["message"]["text"] == words.as_str(), "{heard}");
        ada.reaches(&asked, "delivered")?;
        runtime.block_on(peer.shutdown());
        // It ends with its engine: between two messages by itself, else with the failure of what it was doing.
        let _ended = runtime.block_on(answering)?;
    }
    let target = bot.target();
    let page = ada.call("message.list", json!({ "conversation": target, "limit": 200 }))?;
    let count = page["messages"].as_array().map_or(0, Vec::len);
    ensure!(count == 4, "two questions, two answers: {page}");

    let peer = connect()?;
    runtime.block_on(async {
        let ada = peer.contact("ada").await?;
        let messages = ada.conversation().messages(conclave_peer::Page::Newest(10)).await?;
        ensure!(messages.len() == 4 && messages.iter().filter(|m| m.is_incoming()).count() == 2);
        let unknown = peer.contact("nobody").await.err().map(|failure| failure.code());
        ensure!(unknown == Some(ErrorCode::ApiNotFound), "{unknown:?}");
        peer.shutdown().await;
        Ok(())
    })
}

#[test]
fn a_bot_with_a_wrong_password_or_nothing_is_told_so() -> Result<()> {
    let mut world = World::new()?;
    let mut bot = world.invite("echo", "Echo")?;
    bot.enrol(&mut world.secrets)?;
    bot.take()?.stop()?;
    let folder = tempfile::tempdir()?;
    let (password, totp) = bot.credentials(folder.path())?;
    std::fs::write(&password, "not the password at all")?;

    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let missing =
            Peer::builder().profile(&bot.profile).connect().await.err().map(|failure| failure.code());
        ensure!(missing == Some(ErrorCode::ApiParams), "{missing:?}");
        let refused = start(&bot.profile, &password, &totp)
            .await
            .err()
            .and_then(|error| error.downcast_ref::<conclave_peer::Error>().map(conclave_peer::Error::code));
        ensure!(refused == Some(ErrorCode::StorePassword), "{refused:?}");
        Ok(())
    })?;

    // Without the server the right password is enough: the engine is there, offline.
    world.server.stop()?;
    let (password, totp) = bot.credentials(folder.path())?;
    runtime.block_on(async {
        let peer = start(&bot.profile, &password, &totp).await?;
        let status = peer.status().await?;
        ensure!(!status.locked && !status.logged_in, "{status:?}");
        peer.shutdown().await;
        Ok(())
    })
}

async fn start(
    profile: &std::path::Path,
    password: &std::path::Path,
    totp: &std::path::Path,
) -> Result<Peer> {
    let credentials = Credentials::from_files(password, totp)?;
    let peer = Peer::builder()
        .profile(profile)
        .credentials(credentials)
        .listen("/ip4/127.0.0.1/tcp/0")
        .connect()
        .await?;
    Ok(peer)
}

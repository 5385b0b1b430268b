//! Everything that this computer keeps of a person, written out by the real program and read back.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use support::{Result, Value, World, ensure, json};

/// More than are read of the store at a time.
const MANY: usize = 205;
/// BLAKE3 of the three bytes `abc`.
const ABC: &str = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";

#[test]
fn everything_of_a_person_is_written_once_the_password_was_typed_again() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    ada.call("profile.set", json!({ "fullName": "Ada King", "position": "Director" }))?;
    let question = ada.say(&bob, "Board at nine? \"Salle 3\", 会议室\n")?;
    bob.hears(&question)?;
    let reply = bob.call("message.send", json!({ "to": "@ada", "text": "Yes.", "replyTo": question }))?;
    ada.hears(&support::client::message_id(&reply)?)?;
    ada.call("message.edit", json!({ "id": question, "text": "Board at ten?" }))?;
    ada.call("message.react", json!({ "id": question, "emoji": "👍", "on": true }))?;
    ada.call("message.react", json!({ "id": question, "emoji": "🎉", "on": true }))?;
    ada.call("message.react", json!({ "id": question, "emoji": "🎉", "on": false }))?;
    let mistake = ada.say(&bob, "a mistake")?;
    ada.call("message.delete", json!({ "id": mistake, "for": "me" }))?;
    let source = world.path().join("figures.txt");
    fs::write(&source, "abc")?;
    ada.call("file.send", json!({ "to": bob.target(), "path": source, "caption": "the figures" }))?;
    for n in 0..MANY {
        ada.say(&bob, &format!("number {n}"))?;
    }
    ada.call("draft.set", json!({ "conversation": bob.target(), "text": "half a sentence" }))?;
    ada.call("preferences.set", json!({ "preferences": "enter_sends=true\n" }))?;

    let path = world.path().join("data.json");
    let asked = |password: &str| json!({ "path": path, "password": password });
    let guess = ada.refused("export.data", asked("a guess"))?;
    ensure!(guess.code() == "E-STORE-1" && !path.exists(), "{guess}");
    let password = ada.password.clone();
    let saved = ada.call("export.data", asked(&password))?;
    let text = fs::read_to_string(&path)?;
    ensure!(saved["bytes"] == text.len() && saved["path"] == path.to_string_lossy().as_ref(), "{saved}");
    ensure!(fs::metadata(&path)?.permissions().mode() & 0o777 == 0o600, "readable by its owner alone");
    ensure!(!text.contains(&password) && !text.contains("a mistake"), "what is no part of it");

    let data: Value = serde_json::from_str(&text)?;
    ensure!(data["schema"] == 1 && data["exported"].is_u64(), "{data}");
    ensure!(data["account"]["name"] == "ada" && data["account"]["user"] == ada.user.as_str(), "{data}");
    ensure!(data["profile"]["position"] == "Director" && data["settings"]["readReceipts"] == true, "{data}");
    ensure!(data["devices"][0]["current"] == true && data["preferences"] == "enter_sends=true\n", "{data}");
    let contacts = support::text::list(&data, "/contacts")?;
    ensure!(contacts.iter().any(|one| one["name"] == "bob" && one["displayName"] == "Bob Stone"), "{data}");
    ensure!(data["requests"]["incoming"].is_array(), "{data}");

    let conversations = support::text::list(&data, "/conversations")?;
    ensure!(conversations.len() == 1, "{conversations:?}");
    let with = &conversations[0];
    ensure!(with["with"]["user"] == bob.user.as_str() && with["draft"] == "half a sentence", "{with}");
    let messages = support::text::list(with, "/messages")?;
    ensure!(messages.len() == 3 + MANY, "{}", messages.len());
    let (first, answer, file) = (&messages[0], &messages[1], &messages[2]);
    ensure!(first["author"] == ada.user.as_str() && first["name"] == "Ada King", "{first}");
    ensure!(first["text"] == "Board at ten?", "{first}");
    ensure!(first["edited"]["first"] == "Board at nine? \"Salle 3\", 会议室\n", "{first}");
    let mine = json!([{ "emoji": "👍", "by": [{ "user": ada.user, "name": "Ada King" }] }]);
    ensure!(first["reactions"] == mine && answer.get("reactions").is_none(), "{first}");
    ensure!(answer["author"] == bob.user.as_str() && answer["text"] == "Yes.", "{answer}");
    ensure!(answer["replyTo"] == question.as_str(), "{answer}");
    let told = json!({ "name": "figures.txt", "type": "application/octet-stream", "size": 3, "blake3": ABC });
    ensure!(file["text"] == "the figures" && file["file"] == told, "{file}");
    ensure!(messages[MANY + 2]["text"] == format!("number {}", MANY - 1), "in the order of the conversation");

    let there = ada.refused("export.data", asked(&password))?;
    ensure!(there.code() == "E-API-7" && fs::read_to_string(&path)? == text, "an existing file stays");
    let over = json!({ "path": path, "password": password, "overwrite": true });
    ada.call("export.data", over)?;
    let nowhere = json!({ "path": world.path().join("no folder/data.json"), "password": password });
    ensure!(ada.refused("export.data", nowhere)?.code() == "E-FILE-2");

    let passphrase = world.server.passphrase();
    let rule = ["policy", "set", "export", "no", "--yes", "--root-passphrase-file", &passphrase];
    world.server.command(&rule)?;
    support::until("the rule is known", || {
        Ok((ada.call("status", json!({}))?["policy"]["export"] == false).then_some(()))
    })?;
    let other = world.path().join("other.json");
    for (method, asked) in [
        ("export.data", json!({ "path": other, "password": password })),
        ("export.conversation", json!({ "conversation": bob.target(), "path": other, "format": "json" })),
    ] {
        let refused = ada.refused(method, asked)?;
        ensure!(refused.code() == "E-API-9" && refused.to_string().contains("policy"), "{method}: {refused}");
    }
    ensure!(!other.exists());
    Ok(())
}

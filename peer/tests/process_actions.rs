//! What two real programs do to messages and conversations: edit, delete, react, answer, let disappear.

mod support;

use serde_json::Value;
use support::client::message_id;
use support::{Result, World, ensure, json};

fn conversation(answer: &Value) -> Value {
    answer["conversations"][0].clone()
}

#[test]
fn messages_are_edited_answered_reacted_to_and_withdrawn_on_both_computers() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let changed = |what: &'static str, id: &str| {
        let id = id.to_owned();
        move |event: &Value| event["what"] == what && event["message"]["id"] == id.as_str()
    };

    let id = ada.say(&bob, "Bord at nine?")?;
    bob.hears(&id)?;
    ada.reaches(&id, "delivered")?;
    let edited = ada.call("message.edit", json!({ "id": id, "text": "Board at nine?" }))?;
    ensure!(
        edited["message"]["text"] == "Board at nine?" && edited["message"]["edited"].is_object(),
        "{edited}"
    );
    let seen = bob.event("message.changed", changed("edited", &id))?;
    ensure!(seen["message"]["text"] == "Board at nine?" && seen["seq"].is_u64(), "{seen}");
    let whole = bob.call("message.get", json!({ "id": id }))?;
    ensure!(whole["message"]["versions"][0]["text"] == "Bord at nine?", "{whole}");
    let refused = bob.refused("message.edit", json!({ "id": id, "text": "At ten" }))?;
    ensure!(refused.code() == "E-API-9", "{refused}");

    bob.call("message.react", json!({ "id": id, "emoji": "👍", "on": true }))?;
    let seen = ada.event("message.changed", changed("reaction", &id))?;
    ensure!(seen["message"]["reactions"] == json!([{ "emoji": "👍", "users": [bob.user] }]), "{seen}");
    bob.call("message.react", json!({ "id": id, "emoji": "👍", "on": false }))?;
    ada.event("message.changed", |event| {
        event["what"] == "reaction" && event["message"]["reactions"].is_null()
    })?;

    let answer = json!({ "to": ada.target(), "text": "Agreed, @ada", "replyTo": id,
        "mentions": [{ "user": ada.user, "start": 8, "len": 4 }] });
    let reply = message_id(&bob.call("message.send", answer)?)?;
    let heard = ada.hears(&reply)?;
    ensure!(
        heard["quote"] == json!({ "author": ada.user, "text": "Board at nine?" })
            && heard["mentions"][0]["start"] == 8,
        "{heard}"
    );

    ada.call("message.delete", json!({ "id": id, "for": "everyone" }))?;
    let seen = bob.event("message.changed", changed("deleted", &id))?;
    ensure!(seen["message"]["text"] == "" && seen["message"]["deleted"]["why"] == "everyone", "{seen}");
    ada.event("message.changed", |event| event["message"]["deleted"]["confirmedAt"].is_u64())?;
    let quoting = ada.call("message.get", json!({ "id": reply }))?;
    ensure!(
        quoting["message"]["quote"].is_null() && quoting["message"]["replyTo"] == id.as_str(),
        "{quoting}"
    );

    bob.call("message.delete", json!({ "id": reply, "for": "me" }))?;
    let (to_ada, to_bob) = (ada.target(), bob.target());
    let his = bob.call("message.list", json!({ "conversation": to_ada, "limit": 50 }))?;
    let hers = ada.call("message.list", json!({ "conversation": to_bob, "limit": 50 }))?;
    ensure!(his["messages"].as_array().map(Vec::len) == Some(1), "{his}");
    ensure!(hers["messages"][1]["text"] == "Agreed, @ada", "{hers}");

    // All of it is still so after a restart without the server.
    bob.take()?.stop()?;
    bob.start_unlocked()?;
    let his = bob.call("message.list", json!({ "conversation": to_ada, "limit": 50 }))?;
    ensure!(his["messages"][0]["deleted"]["why"] == "everyone", "{his}");
    Ok(())
}

#[test]
fn timers_drafts_marks_settings_and_typing() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let (to_ada, to_bob) = (ada.target(), bob.target());
    let first = ada.say(&bob, "hello")?;
    bob.hears(&first)?;

    ada.call("timer.set", json!({ "conversation": to_bob, "ms": 2000 }))?;
    let line = bob.event("conversation.line", |event| event["kind"] == "timer")?;
    ensure!(line["data"]["ms"] == 2000 && line["data"]["by"] == ada.user.as_str(), "{line}");
    let id = ada.say(&bob, "for two seconds")?;
    bob.hears(&id)?;
    bob.call("message.markRead", json!({ "conversation": to_ada, "upTo": id }))?;
    for person in [&ada, &bob] {
        let gone = person.event("message.changed", |event| {
            event["what"] == "expired" && event["message"]["id"] == id.as_str()
        })?;
        ensure!(gone["message"]["text"] == "", "{gone}");
    }
    let lines = bob.call("message.list", json!({ "conversation": to_ada, "limit": 50, "lines": true }))?;
    ensure!(lines["messages"][1]["line"] == json!({ "kind": "timer", "data": { "ms": 2000 } }), "{lines}");
    let list = bob.call("message.list", json!({ "conversation": to_ada, "limit": 50 }))?;
    ensure!(list["messages"].as_array().map(Vec::len) == Some(1), "{list}");

    bob.call("draft.set", json!({ "conversation": to_ada, "text": "Dear Ada, " }))?;
    bob.call(
        "conversation.set",
        json!({ "conversation": to_ada, "pinned": true, "muted": true, "unread": true }),
    )?;
    bob.take()?.kill()?;
    bob.start_unlocked()?;
    let draft = bob.call("draft.get", json!({ "conversation": to_ada }))?;
    ensure!(draft == json!({ "text": "Dear Ada, " }), "{draft}");
    let shown = conversation(&bob.call("conversation.list", json!({}))?);
    ensure!(
        shown["draft"] == "Dear Ada, "
            && shown["pinned"] == true
            && shown["muted"] == true
            && shown["unread"] == 1
            && shown["timerMs"] == 2000,
        "{shown}"
    );

    for person in [&mut ada, &mut bob] {
        let settings = person.call("settings.get", json!({}))?;
        let usual = json!({
            "acceptUpTo": 10_485_760, "lanDiscovery": false, "readReceipts": true, "timerMs": 0, "typing": false
        });
        ensure!(settings["settings"] == usual, "{settings}");
        person.call("settings.set", json!({ "typing": true }))?;
        let unknown = person.refused("settings.set", json!({ "loud": true }))?;
        ensure!(unknown.0["code"] == -32602 && unknown.0["data"]["details"]["field"] == "loud", "{unknown}");
    }
    // Bob's new link is Ada's too; her old one may not have been told as lost yet.
    bob.linked(&ada)?;
    ada.linked(&bob)?;
    ada.call("message.typing", json!({ "conversation": to_bob, "on": true }))?;
    let typing = bob.event("typing", |event| event["on"] == true)?;
    ensure!(typing["seq"].is_null() && typing["user"] == ada.user.as_str(), "{typing}");
    ada.call("message.typing", json!({ "conversation": to_bob, "on": false }))?;
    bob.event("typing", |event| event["on"] == false)?;

    let policy = ada.call("status", json!({}))?;
    ensure!(policy["policy"]["contactRequests"] == "allow", "{policy}");
    let asked = ada.refused("contact.request", json!({ "user": bob.user, "note": "May I?" }))?;
    ensure!(asked.code() == "E-API-9" && asked.0["data"]["details"]["state"] == "company", "{asked}");
    let none = ada.call("contact.requests", json!({}))?;
    ensure!(none == json!({ "incoming": [], "outgoing": [] }), "{none}");
    Ok(())
}

#[test]
fn the_lock_is_a_durable_event() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    ada.call("vault.lock", json!({}))?;
    let locked = ada.event("vault.locked", |event| event["why"] == "call")?;
    let seq = locked["seq"].as_u64();
    ensure!(seq.is_some(), "{locked}");
    ada.take()?.stop()?;
    ada.start_unlocked()?;
    let again = ada.event("vault.locked", |event| event["why"] == "call")?;
    ensure!(again["seq"].as_u64() == seq, "it comes again until it is acknowledged: {again}");
    Ok(())
}

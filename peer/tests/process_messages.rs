//! Messages between real programs: both ways, to somebody absent, without the server.

mod support;

use support::{Result, World, ensure, json};

#[test]
fn messages_go_both_ways_and_are_delivered_and_read() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;

    for words in [
        "Board at nine?",
        "Été, cœur, « naïveté » — ça va\u{202f}?",
        "明天九点开会。",
        "👩‍🚀🇨🇭 e\u{301} \u{202e}abc",
    ] {
        let id = ada.say(&bob, words)?;
        let heard = bob.hears(&id)?;
        ensure!(heard["text"] == words && heard["author"] == ada.user.as_str(), "{heard}");
        ensure!(heard["state"] == "received", "{heard}");
        ada.reaches(&id, "delivered")?;
        bob.call("message.markRead", json!({ "conversation": ada.target(), "upTo": id }))?;
        ada.reaches(&id, "read")?;
    }
    let question = ada.say(&bob, "Agreed?")?;
    bob.hears(&question)?;
    let reply = bob.call("message.send", json!({ "to": "@ada", "text": "Yes.", "replyTo": question }))?;
    let heard = ada.hears(&support::client::message_id(&reply)?)?;
    ensure!(heard["replyTo"] == question.as_str(), "{heard}");

    // Both computers sort the conversation the same way.
    let page = |answer: serde_json::Value| -> Vec<String> {
        let messages = answer["messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(|message| message["id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let (to_bob, to_ada) = (bob.target(), ada.target());
    let hers = page(ada.call("message.list", json!({ "conversation": to_bob, "limit": 200 }))?);
    let his = page(bob.call("message.list", json!({ "conversation": to_ada, "limit": 200 }))?);
    ensure!(hers.len() == 6 && hers == his, "{hers:?} and {his:?}");

    let (hers, his) = (
        ada.call("safety.get", json!({ "user": bob.user }))?,
        bob.call("safety.get", json!({ "user": ada.user }))?,
    );
    ensure!(
        hers["digits"] == his["digits"] && hers["digits"].as_str().is_some_and(|d| d.len() >= 60),
        "{hers} {his}"
    );
    let (user, digits) = (bob.user.clone(), hers["digits"].clone());
    ensure!(ada.call("safety.verify", json!({ "user": user, "digits": digits }))?["match"] == true);
    ensure!(ada.call("safety.get", json!({ "user": user }))?["level"] == "compared");
    Ok(())
}

#[test]
fn a_message_with_its_own_id_is_safe_to_repeat() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    let send =
        |text: &str| json!({ "to": bob.target(), "text": text, "id": "00112233445566778899aabbccddeeff" });
    let first = ada.call("message.send", send("once"))?;
    let again = ada.call("message.send", send("once"))?;
    ensure!(
        first["message"]["id"] == again["message"]["id"]
            && first["message"]["time"] == again["message"]["time"]
    );
    let other = ada.refused("message.send", send("other"))?;
    ensure!(other.code() == "E-API-7", "{other}");
    bob.hears("00112233445566778899aabbccddeeff")?;
    ada.reaches("00112233445566778899aabbccddeeff", "delivered")?;
    ensure!(bob.events("message.received").len() == 1);
    Ok(())
}

#[test]
fn a_message_to_somebody_absent_arrives_when_they_return() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let early = ada.say(&bob, "before")?;
    bob.hears(&early)?;
    bob.take()?.stop()?;

    let ids = (1..=5).map(|n| ada.say(&bob, &format!("while away {n}"))).collect::<Result<Vec<_>>>()?;
    let first = ada.call("message.get", json!({ "id": ids[0] }))?;
    // Until it is left in the drop box, a few seconds later.
    let state = first["message"]["state"].as_str().unwrap_or_default();
    ensure!(["waiting", "inDropBox"].contains(&state), "{first}");
    let user = bob.user.clone();
    support::until("the path is gone, and why", || {
        let path = ada.call("path.get", json!({ "user": user }))?;
        Ok((path["path"] == "waiting" && path["reason"].is_string()).then_some(()))
    })?;

    bob.start()?;
    bob.login(&mut world.secrets)?;
    let heard: Vec<_> = ids.iter().map(|id| bob.hears(id)).collect::<Result<_>>()?;
    for (n, message) in heard.iter().enumerate() {
        ensure!(message["text"] == format!("while away {}", n + 1), "{message}");
        ada.reaches(&ids[n], "delivered")?;
    }
    Ok(())
}

#[test]
fn two_people_go_on_when_the_server_is_killed() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let first = ada.say(&bob, "with the server")?;
    ada.reaches(&first, "delivered")?;

    world.server.kill()?;
    let second = bob.say(&ada, "without the server")?;
    ada.hears(&second)?;
    bob.reaches(&second, "delivered")?;
    ada.event("server.state", |event| event["state"] != "online")?;

    // Even a computer that starts while the server is down: password, no code, a lease that still runs.
    bob.kill()?;
    bob.start_unlocked()?;
    let history = bob.call("message.list", json!({ "conversation": ada.target(), "limit": 10 }))?;
    ensure!(history["messages"].as_array().is_some_and(|messages| messages.len() == 2), "{history}");
    let third = bob.say(&ada, "after a restart")?;
    ada.hears(&third)?;
    bob.reaches(&third, "delivered")?;
    Ok(())
}

#[test]
fn contacts_stand_online_first_and_each_by_name() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut away = world.person("bea", "Bea")?;
    let _third = world.person("zoe", "Zoé")?;
    away.take()?.stop()?;
    let order = support::until("zoe before bea", || {
        let contacts = ada.contacts()?;
        let names: Vec<String> =
            contacts.iter().map(|contact| contact["name"].as_str().unwrap_or_default().to_owned()).collect();
        Ok((names == ["zoe", "bea"]).then_some(contacts))
    })?;
    ensure!(order[0]["presence"] == "available" && order[1]["presence"] == "offline", "{order:?}");
    Ok(())
}

#[test]
fn events_come_again_until_they_are_acknowledged() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    let ids = (0..10).map(|n| ada.say(&bob, &format!("{n}"))).collect::<Result<Vec<_>>>()?;
    for id in &ids {
        bob.hears(id)?;
    }
    let seqs = |client: &support::Client| -> Vec<u64> {
        client.lines().iter().filter_map(|line| line["params"]["seq"].as_u64()).collect()
    };
    let before = seqs(&bob);
    ensure!(before.windows(2).all(|pair| pair[1] == pair[0] + 1), "a hole or a step back: {before:?}");

    bob.kill()?;
    bob.start_unlocked()?;
    bob.hears(&ids[9])?;
    let again = seqs(&bob);
    ensure!(before.iter().all(|seq| again.contains(seq)), "{before:?} and then {again:?}");

    let last = *again.last().unwrap_or(&0);
    bob.call("events.ack", json!({ "seq": last }))?;
    bob.kill()?;
    bob.start_unlocked()?;
    let after = ada.say(&bob, "fresh")?;
    bob.hears(&after)?;
    let fresh = seqs(&bob);
    ensure!(fresh.iter().all(|seq| *seq > last), "acknowledged up to {last}, but {fresh:?}");
    Ok(())
}

//! An administrator resets an account and the person comes back by the link: the real programs end what was before, keep
//! the account, and let nobody write to the new key unasked.

mod support;

use data_encoding::BASE64URL_NOPAD;
use support::{Context as _, Person, Result, Value, World, ensure, json, until};

/// Where the account and the last byte of the code stand in what a reset link holds.
const USER: usize = 81;
const CODE_END: usize = 109;

fn link(made: &Value) -> Result<String> {
    Ok(made["link"].as_str().context("a link")?.to_owned())
}

/// The link with a byte of its content changed.
fn altered(link: &str, at: usize, bits: u8) -> Result<String> {
    let (place, body) = link.rsplit_once('/').context("a link")?;
    let mut bytes = BASE64URL_NOPAD.decode(body.as_bytes())?;
    *bytes.get_mut(at).context("so long")? ^= bits;
    Ok(format!("{place}/{}", BASE64URL_NOPAD.encode(&bytes)))
}

fn leaves(world: &World) -> Result<Value> {
    Ok(world.server.command(&["status"])?["leaves"].clone())
}

fn listed(world: &World, name: &str) -> Result<Value> {
    world.server.command(&["user", "show", name])
}

fn online(person: &mut Person) -> Result<bool> {
    Ok(person.call("status", json!({}))?["loggedIn"] == true)
}

#[test]
fn a_person_comes_back_by_the_link_and_colleagues_accept_the_new_key_first() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    let before = ada.say(&bob, "before")?;
    bob.hears(&before)?;
    ada.reaches(&before, "delivered")?;
    let number = ada.call("safety.get", json!({ "user": "@bob" }))?["digits"].clone();

    let reset = link(&world.server.signed(&["user", "reset", "bob", "--reason", "lost everything"])?)?;
    let ended = bob.event("session.ended", |_| true)?;
    ensure!(ended["code"] == "E-SESS-2", "{ended}");
    let old = bob.by_recovery_code()?;
    ensure!(bob.refused("session.login", old)?.code() == "E-AUTH-1", "the old password is worth nothing");
    bob.kill()?;
    let queued = ada.say(&bob, "for whoever bob is by then")?;

    let mut new = bob.after_reset(&reset, &mut world.secrets)?;
    new.enrol_again(&mut world.secrets)?;
    new.subscribe()?;
    until("the new computer is online by itself", || Ok(online(&mut new)?.then_some(())))?;
    let shown = listed(&world, "bob")?;
    ensure!(shown["id"] == bob.user.as_str() && shown["identity_resets"] == 1, "{shown}");
    ensure!(shown["open_reset_until"].is_null() && shown["recovery_codes_left"] == 10, "{shown}");

    // Nothing goes to the new key before it is accepted, and the notice names the administrator.
    let changed = ada.event("safety.changed", |event| event["user"] == bob.user.as_str())?;
    let admin = changed["admin"].as_str().unwrap_or_default().to_owned();
    ensure!(changed["cause"] == "reset" && !admin.is_empty(), "{changed}");
    let safety = ada.call("safety.get", json!({ "user": "@bob" }))?;
    ensure!(safety["change"]["admin"] == admin.as_str() && safety["level"] == "directory", "{safety}");
    let refused = ada.refused("message.send", json!({ "to": "@bob", "text": "too early" }))?;
    ensure!(refused.code() == "E-KEY-1", "{refused}");
    let early = new.say(&ada, "it is me again")?;
    ensure!(ada.refused("message.send", json!({ "to": "@bob", "text": "still" }))?.code() == "E-KEY-1");
    ada.call("safety.accept", json!({ "user": "@bob" }))?;
    ensure!(ada.call("safety.get", json!({ "user": "@bob" }))?["change"].is_null());
    ada.hears(&early)?;
    new.reaches(&early, "delivered")?;
    new.hears(&queued)?;
    ada.reaches(&queued, "delivered")?;
    let answer = ada.say(&new, "welcome back")?;
    new.hears(&answer)?;
    ada.reaches(&answer, "delivered")?;
    let page = new.call("message.list", json!({ "conversation": ada.target(), "limit": 50 }))?;
    ensure!(page["messages"].as_array().is_some_and(|all| all.len() == 3), "no history: {page}");
    // Both compute the same number, another one than before.
    let theirs = new.call("safety.get", json!({ "user": "@ada" }))?;
    let mine = ada.call("safety.get", json!({ "user": "@bob" }))?;
    ensure!(mine["digits"] == theirs["digits"] && mine["digits"] != number);
    // The old computer stays out; the new one signs in again with the new phone.
    bob.start_unlocked()?;
    let old = bob.by_recovery_code()?;
    ensure!(bob.refused("session.login", old)?.code() == "E-AUTH-1");
    new.login(&mut world.secrets)?;
    ensure!(online(&mut new)? && !online(&mut bob)?);
    Ok(())
}

#[test]
fn links_that_are_no_good_are_refused_and_change_nothing() -> Result<()> {
    let mut world = World::new()?;
    let ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    let earlier = link(&world.server.signed(&["user", "reset", "bob"])?)?;
    let short = link(&world.server.signed(&["user", "reset", "bob", "--expires", "1s"])?)?;
    let mut new = bob.after_reset(&short, &mut world.secrets)?;
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    ensure!(new.refused("enrol.start", json!({ "link": short }))?.code() == "E-ACC-4", "expired");
    let reset = link(&world.server.signed(&["user", "reset", "bob"])?)?;
    let before = (leaves(&world)?, listed(&world, "bob")?["open_reset_until"].clone());
    ensure!(before.1.is_string());
    let other: u8 = data_encoding::HEXLOWER
        .decode(ada.user.as_bytes())?
        .iter()
        .zip(data_encoding::HEXLOWER.decode(bob.user.as_bytes())?)
        .map(|(ada, bob)| ada ^ bob)
        .next()
        .context("an id")?;
    let body = reset.rsplit('/').next().context("a link")?;
    for (bad, why) in [
        (earlier.clone(), "replaced by a later one"),
        (altered(&reset, USER, other.max(1))?, "another account"),
        (altered(&reset, CODE_END, 0x10)?, "another code"),
        (altered(&reset, CODE_END, 1)?, "no code"),
        (altered(&reset, 0, 1)?, "an invite by its type"),
        (altered(&reset, 20, 1)?, "another organisation"),
        (format!("conclave://x/{body}"), "no port"),
        (reset[..reset.len() - 3].to_owned(), "cut"),
        ("7QK2-M9XD-4TRA-HH3P-WZ8C".to_owned(), "a code alone"),
        ("\u{202e}evil".to_owned(), "no link"),
        (String::new(), "nothing"),
    ] {
        let refused = new.refused("enrol.start", json!({ "link": bad }))?;
        ensure!(refused.code() == "E-ACC-4", "{why}: {refused}");
    }
    // The account keeps its name, and a weak password is none.
    new.call("enrol.start", json!({ "link": reset }))?;
    let password = new.password.clone();
    let named = json!({ "userName": "robert", "password": password });
    ensure!(new.refused("enrol.account", named)?.code() == "E-ACC-1");
    ensure!(
        new.refused("enrol.account", json!({ "userName": "bob", "password": "bob" }))?.code() == "E-ACC-3"
    );
    ensure!(new.refused("enrol.confirm", json!({ "totp": "000000" }))?.code() == "E-API-9");
    ensure!(
        (leaves(&world)?, listed(&world, "bob")?["open_reset_until"].clone()) == before,
        "nothing changed"
    );
    new.call("enrol.cancel", json!({}))?;

    let mut new = {
        new.take()?.stop()?;
        bob.after_reset(&reset, &mut world.secrets)?
    };
    new.enrol_again(&mut world.secrets)?;
    let after = leaves(&world)?;
    // Once only, for anybody.
    let mut thief = world.invite("thief", "Tom Thief")?;
    let refused = thief.refused("enrol.start", json!({ "link": reset }))?;
    ensure!(refused.code() == "E-ACC-4", "{refused}");
    ensure!(new.refused("enrol.start", json!({ "link": reset }))?.code() == "E-API-9");
    let invited = leaves(&world)?.as_u64().zip(after.as_u64());
    ensure!(invited.is_some_and(|(with_the_invite, after)| with_the_invite == after + 1));
    ensure!(listed(&world, "bob")?["identity_resets"] == 1);
    Ok(())
}

#[test]
fn a_crash_after_the_first_code_is_gone_on_from_with_the_key_of_the_link() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    let reset = link(&world.server.signed(&["user", "reset", "bob"])?)?;
    let mut new = bob.after_reset(&reset, &mut world.secrets)?;
    new.enrol_until_confirmed("reset", &mut world.secrets, 0)?;
    new.call("vault.lock", json!({}))?;
    ensure!(new.refused("enrol.finish", json!({}))?.code() == "E-API-4", "its keys are closed");
    new.kill()?;
    new.start()?;
    let login = new.by_recovery_code()?;
    new.call("session.login", login)?;
    let done = new.call("enrol.finish", json!({}))?;
    ensure!(done["state"] == "ready" && done["userId"] == bob.user.as_str(), "{done}");
    new.subscribe()?;
    ada.event("safety.changed", |event| event["user"] == bob.user.as_str())?;
    ada.call("safety.accept", json!({ "user": "@bob" }))?;
    let said = new.say(&ada, "after the crash")?;
    ada.hears(&said)?;
    new.reaches(&said, "delivered")?;
    // The recovery key was shown before the crash: the server has the identity that it opens, and not the former one.
    let mut elsewhere = new.another_computer()?;
    let joining = elsewhere.joining()?;
    let done = elsewhere.call("enrol.device", joining)?;
    ensure!(done["state"] == "ready" && done["userId"] == bob.user.as_str(), "{done}");
    Ok(())
}

#[test]
fn where_two_must_sign_the_link_works_only_then_and_both_are_named() -> Result<()> {
    let mut world = World::new()?;
    let ada = world.person("ada", "Ada King")?;
    let _carol = world.person("carol", "Carol Grey")?;
    let bob = world.person("bob", "Bob Stone")?;
    let passphrase = world.server.passphrase();
    let root = ["--yes", "--root-passphrase-file", &passphrase];
    world.server.command(&[&["policy", "set", "reset_admins", "2"][..], &root].concat())?;
    let file = |name: &str| world.path().join(name).display().to_string();
    let (key, request) = (file("carol.key"), file("reset.json"));
    let admin = ["user", "make-admin", "carol", "--out", &key, "--new-passphrase-file", &passphrase];
    world.server.command(&[&admin[..], &root].concat())?;

    let made = world.server.signed(&["user", "reset", "bob", "--request-out", &request])?;
    let mut new = bob.after_reset(&link(&made)?, &mut world.secrets)?;
    let early = json!({ "link": link(&made)? });
    ensure!(new.refused("enrol.start", early)?.code() == "E-ACC-4", "one person is not enough");
    world.server.signed(&["key", "sign", &request, "--key", &key])?;
    world.server.command(&["key", "submit", &request])?;
    new.enrol_again(&mut world.secrets)?;
    let changed = ada.event("safety.changed", |event| event["user"] == bob.user.as_str())?;
    let admins = changed["admin"].as_str().unwrap_or_default();
    ensure!(admins.split(", ").count() == 2 && admins.contains("arol"), "{changed}");
    Ok(())
}

#[test]
fn another_phone_needs_the_password_and_the_code_and_changes_no_key() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    let before = leaves(&world)?;
    let made = world.server.signed(&["user", "totp-reset", "bob", "--reason", "lost phone"])?;
    let code = made["code"].as_str().context("a code")?.to_owned();
    world.secrets.keep("bob's code for a phone", &code);
    let ended = bob.event("session.ended", |_| true)?;
    ensure!(ended["code"] == "E-SESS-2", "{ended}");

    let (password, totp) = (bob.password.clone(), bob.code(&mut world.secrets)?);
    let old = json!({ "password": password, "totp": totp });
    ensure!(bob.refused("session.login", old)?.code() == "E-AUTH-1", "the old phone is worth nothing");
    let theirs = ada.password.clone();
    let given = |password: &str, code: &str| json!({ "password": password, "resetCode": code });
    let another = "7QK2-M9XD-4TRA-HH3P-WZ8C";
    ensure!(bob.refused("totp.replace", given(&password, another))?.code() == "E-AUTH-1");
    ensure!(bob.refused("totp.replace", given("not the right one", &code))?.code() == "E-AUTH-1");
    ensure!(ada.refused("totp.replace", given(&theirs, &code))?.code() == "E-AUTH-1", "bob's alone");
    ensure!(bob.refused("totp.confirm", json!({ "totp": "000000" }))?.code() == "E-API-9");
    // As a link it is nothing either.
    ensure!(bob.refused("enrol.start", json!({ "link": code }))?.code() == "E-API-9");

    bob.new_phone(&code, &mut world.secrets)?;
    until("the session begins by itself", || Ok(online(&mut bob)?.then_some(())))?;
    ensure!(bob.refused("totp.replace", given(&password, &code))?.code() == "E-AUTH-1", "once only");
    let said = bob.say(&ada, "with another phone")?;
    ada.hears(&said)?;
    bob.reaches(&said, "delivered")?;
    ensure!(ada.events("safety.changed").is_empty(), "no key has changed");
    ensure!(leaves(&world)? == before, "and no leaf was written");
    let shown = listed(&world, "bob")?;
    ensure!(shown["recovery_codes_left"] == 10 && shown["identity_resets"] == 0, "{shown}");
    let login = bob.by_recovery_code()?;
    bob.call("session.login", login)?;
    bob.login(&mut world.secrets)?;
    Ok(())
}

//! Search, backup, export and erasing through the real program, on profiles of each schema there was.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Client, Context as _, Result, ensure, json};

const PASSWORD: &str = "zebra quilt 626f62 canyon";
const PASSPHRASE: &str = "a passphrase of a backup";

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn start(profile: &Path) -> Result<Client> {
    let program = option_env!("CARGO_BIN_EXE_conclave").context("cargo gives tests the path of conclave")?;
    let programs = Path::new(program).parent().context("a folder of programs")?;
    Client::start(programs, profile, &support::Place::loopback(support::own_port()?))
}

fn unlocked(profile: &Path) -> Result<Client> {
    let mut client = start(profile)?;
    client.call("vault.unlock", json!({ "password": PASSWORD }))?;
    Ok(client)
}

fn fixture(folder: &Path) -> Result<PathBuf> {
    fixture_of(folder, "schema-1")
}

/// A copy of a profile as a release left it, without what is made anew: index and lock.
fn fixture_of(folder: &Path, schema: &str) -> Result<PathBuf> {
    let profile = folder.join("profile");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(schema), &profile)?;
    Ok(profile)
}

fn texts(client: &mut Client, params: serde_json::Value) -> Result<Vec<String>> {
    let found = client.call("message.search", params)?;
    let hits = found["hits"].as_array().context("hits")?;
    Ok(hits.iter().filter_map(|hit| hit["message"]["text"].as_str().map(str::to_owned)).collect())
}

#[test]
fn bar_f20_a_profile_of_the_first_release_opens_is_searched_kept_and_erased() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let profile = fixture(folder.path())?;
    let mut client = unlocked(&profile)?;

    let listed = client.call("conversation.list", json!({}))?;
    let with = listed["conversations"][0]["conversation"].as_str().context("a conversation")?.to_owned();
    ensure!(texts(&mut client, json!({ "query": "CAFE dawn" }))? == ["The café opens at dawn."]);
    ensure!(
        texts(&mut client, json!({ "query": "nine" }))? == ["Yes, at nine.", "Board at nine?"],
        "newest first"
    );
    ensure!(texts(&mut client, json!({ "query": "明日" }))? == ["理事会は明日です"]);
    // Schema 2 knows the names of files.
    ensure!(texts(&mut client, json!({ "query": "budget", "kind": "file" }))? == ["the figures"]);
    // Schema 3 their types.
    for (kind, found) in [("document", 1), ("media", 0), ("link", 0)] {
        let texts = texts(&mut client, json!({ "query": "", "conversation": with, "kind": kind }))?;
        ensure!(texts.len() == found, "{kind}: {texts:?}");
    }
    let counted = client.call("conversation.count", json!({ "conversation": with }))?;
    let counts = json!({ "messages": 5, "files": 1, "media": 0, "audio": 0, "documents": 1, "links": 0 });
    ensure!(counted == counts, "{counted}");
    ensure!(
        texts(&mut client, json!({ "query": "nine", "from": with, "conversation": with }))?
            == ["Board at nine?"]
    );
    let page = client.call("message.search", json!({ "query": "at", "limit": 1 }))?;
    let ranges = &page["hits"][0]["ranges"];
    ensure!(*ranges == json!([{ "start": 5, "len": 2 }]), "{ranges}");
    let rest = client.call("message.search", json!({ "query": "at", "cursor": page["cursor"] }))?;
    ensure!(
        rest["hits"].as_array().is_some_and(|hits| hits.len() == 2) && rest["cursor"].is_null(),
        "{rest}"
    );

    for (params, field) in [
        (json!({}), "query"),
        (json!({ "query": 7 }), "query"),
        (json!({ "query": "…" }), "query"),
        (json!({ "query": "a".repeat(2000) }), "query"),
        (json!({ "query": "a b ".repeat(9) }), "query"),
        (json!({ "query": "a", "limit": 0 }), "limit"),
        (json!({ "query": "a", "limit": 101 }), "limit"),
        (json!({ "query": "a", "kind": "room" }), "kind"),
        (json!({ "query": "a", "cursor": "00" }), "cursor"),
        (json!({ "query": "a", "since": 2, "until": 1 }), "since"),
        (json!({ "query": "a", "colour": "red" }), "colour"),
    ] {
        let refused = client.refused("message.search", params.clone())?;
        ensure!(refused.code() == "E-API-3" && refused.to_string().contains(field), "{params}: {refused}");
    }

    let sizes = client.call("storage.get", json!({}))?;
    ensure!(
        sizes["total"].as_u64() > sizes["journal"].as_u64() && sizes["byConversation"].is_array(),
        "{sizes}"
    );
    ensure!(client.call("storage.compact", json!({}))?["freed"].is_u64());

    let page = folder.path().join("page.html");
    let export = json!({ "conversation": with, "path": page, "format": "html" });
    client.call("export.conversation", export.clone())?;
    let html = fs::read_to_string(&page)?;
    ensure!(html.contains("The café opens at dawn.") && html.contains("budget 2026.txt"), "{html}");
    ensure!(client.refused("export.conversation", export)?.code() == "E-API-7", "an existing file stays");
    let odd = json!({ "conversation": with, "path": page, "format": "pdf" });
    ensure!(client.refused("export.conversation", odd)?.code() == "E-API-3");

    let backup = folder.path().join("backup");
    let create = json!({ "path": backup, "passphrase": PASSPHRASE });
    let made = client.call("backup.create", create.clone())?;
    ensure!(made["messages"] == 5 && made["files"] == 1, "{made}");
    ensure!(client.refused("backup.create", create.clone())?.code() == "E-API-7");
    let short = json!({ "path": folder.path().join("b2"), "passphrase": "short" });
    ensure!(client.refused("backup.create", short)?.code() == "E-ACC-3");
    ensure!(client.call("backup.verify", create.clone())? == made);
    let wrong = json!({ "path": backup, "passphrase": "not the passphrase" });
    ensure!(client.refused("backup.verify", wrong.clone())?.code() == "E-STORE-1");
    ensure!(client.refused("backup.verify", json!({ "path": "/", "passphrase": "x" }))?.code() == "E-FILE-2");
    ensure!(
        client.refused("backup.verify", json!({ "path": page, "passphrase": "x" }))?.code() == "E-FILE-3"
    );
    ensure!(
        client.refused("backup.restore", create.clone())?.code() == "E-API-9",
        "only on an empty profile"
    );

    client.call("erase.conversation", json!({ "conversation": with }))?;
    ensure!(texts(&mut client, json!({ "query": "nine" }))?.is_empty());
    let left = client.call("message.list", json!({ "conversation": with, "limit": 50 }))?;
    ensure!(left["messages"].as_array().is_some_and(Vec::is_empty), "{left}");
    let counted = client.call("conversation.count", json!({ "conversation": with }))?;
    ensure!(counted["messages"] == 0 && counted["files"] == 0, "{counted}");

    let other = json!({ "confirm": "ada", "password": PASSWORD });
    ensure!(client.refused("erase.all", other)?.code() == "E-API-3");
    let guess = json!({ "confirm": "bob", "password": "a guess" });
    ensure!(client.refused("erase.all", guess)?.code() == "E-STORE-1");
    client.call("erase.all", json!({ "confirm": "bob", "password": PASSWORD }))?;
    let kept = || -> Result<Vec<_>> {
        Ok(fs::read_dir(&profile)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
    };
    ensure!(kept()? == ["lock"], "{:?}", kept()?);
    client.stop()?;

    // The power went while a profile was erased: the next start does the rest.
    fs::write(profile.join("erasing"), [])?;
    fs::create_dir(profile.join("journal"))?;
    fs::write(profile.join("journal").join("left"), b"sealed")?;
    let mut client = start(&profile)?;
    ensure!(client.call("status", json!({}))?["enrolled"] == false);
    ensure!(kept()? == ["lock"], "{:?}", kept()?);
    client.stop()?;

    let empty = folder.path().join("empty");
    let mut client = start(&empty)?;
    ensure!(client.refused("backup.restore", wrong)?.code() == "E-STORE-1");
    ensure!(client.call("backup.restore", create)? == made);
    client.call("vault.unlock", json!({ "password": PASSWORD }))?;
    ensure!(texts(&mut client, json!({ "query": "nine" }))? == ["Yes, at nine.", "Board at nine?"]);
    client.stop()
}

#[test]
fn bar_f20_a_profile_of_schema_2_opens_with_all_that_was_done_to_its_messages() -> Result<()> {
    opens_whole("schema-2")
}

#[test]
fn bar_f20_a_profile_of_schema_3_opens_with_all_that_was_done_to_its_messages() -> Result<()> {
    opens_whole("schema-3")
}

fn opens_whole(schema: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let profile = fixture_of(folder.path(), schema)?;
    // Twice: what was brought up to date once opens as well.
    for _ in 0..2 {
        let mut client = unlocked(&profile)?;
        let listed = client.call("conversation.list", json!({}))?;
        let conversation = &listed["conversations"][0];
        ensure!(
            conversation["pinned"] == true
                && conversation["muted"] == true
                && conversation["draft"] == "half a sentence",
            "{conversation}"
        );
        let with = &conversation["conversation"];
        let page = client.call("message.list", json!({ "conversation": with, "limit": 50 }))?;
        let messages = page["messages"].as_array().context("messages")?;
        let all: Vec<_> =
            messages.iter().map(|message| message["text"].as_str().unwrap_or_default()).collect();
        ensure!(
            all == ["Board at nine?", "Yes, at nine.", "", "the figures", "to somebody who is away"],
            "{all:?}"
        );
        let (answer, withdrawn, file, waiting) = (&messages[1], &messages[2], &messages[3], &messages[4]);
        ensure!(answer["replyTo"] == messages[0]["id"] && !answer["edited"].is_null(), "{answer}");
        ensure!(answer["reactions"].to_string().contains('👍'), "{answer}");
        ensure!(!withdrawn["deleted"].is_null(), "{withdrawn}");
        ensure!(["saved", "waiting"].contains(&waiting["state"].as_str().unwrap_or_default()), "{waiting}");
        ensure!(texts(&mut client, json!({ "query": "budget", "kind": "file" }))? == ["the figures"]);
        ensure!(texts(&mut client, json!({ "query": "", "kind": "document" }))? == ["the figures"]);
        ensure!(texts(&mut client, json!({ "query": "withdrawn" }))?.is_empty());
        let read = json!({ "file": file["file"]["file"], "offset": 0, "length": 100 });
        let content = client.call("file.read", read)?;
        ensure!(content["base64"] == "b25lIHRob3VzYW5kIGFuZCBvbmU=" && content["eof"] == true, "{content}");
        let settings = client.call("settings.get", json!({}))?["settings"].clone();
        ensure!(settings["readReceipts"] == false && settings["typing"] == true, "{settings}");
        client.stop()?;
    }
    Ok(())
}

#[test]
fn the_calls_of_the_vault_are_refused_while_it_is_locked() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut client = start(&fixture(folder.path())?)?;
    let path = folder.path().join("x");
    for (method, params) in [
        ("message.search", json!({ "query": "a" })),
        ("storage.get", json!({})),
        ("storage.compact", json!({})),
        ("export.conversation", json!({ "conversation": "@ada", "path": path, "format": "json" })),
        ("export.data", json!({ "path": path, "password": PASSWORD })),
        ("directory.export", json!({ "path": path })),
        ("erase.conversation", json!({ "conversation": "@ada" })),
        ("erase.all", json!({ "confirm": "bob", "password": "x" })),
        ("backup.create", json!({ "path": path, "passphrase": PASSPHRASE })),
    ] {
        let refused = client.refused(method, params)?;
        ensure!(refused.code() == "E-API-4", "{method}: {refused}");
    }
    ensure!(!path.exists());
    client.stop()
}

#[test]
fn a_profile_of_a_newer_program_is_refused_as_such() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let profile = fixture(folder.path())?;
    for name in ["vault.hdr.a", "vault.hdr.b"] {
        let mut header = fs::read(profile.join(name))?;
        header[8] = 9;
        fs::write(profile.join(name), header)?;
    }
    let mut client = start(&profile)?;
    let refused = client.refused("vault.unlock", json!({ "password": PASSWORD }))?;
    ensure!(refused.code() == "E-STORE-4", "{refused}");
    client.stop()
}

//! What a broken or hostile program may write into `conclave rpc`, and how the program ends.

mod support;

use support::{Result, World, ensure, json};

#[test]
fn bad_lines_are_refused_and_the_next_good_one_works() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    let mark = ada.mark();
    let oversized = format!(
        r#"{{"jsonrpc":"2.0","id":"big","method":"message.send","params":{{"to":"@bob","text":"{}"}}}}"#,
        "x".repeat(1 << 20)
    );
    let deep = "[".repeat(200_000);
    let bad: [(&[u8], i64); 9] = [
        (b"", -32700),
        (b"\xff\xfe\x00\x01", -32700),
        (b"{\"jsonrpc\":\"2.0\"", -32700),
        (oversized.as_bytes(), -32700),
        (deep.as_bytes(), -32700),
        (b"[]", -32600),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":17}", -32600),
        (b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"status\"}", -32600),
        (b"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"status\",\"params\":7}", -32602),
    ];
    for (line, _) in bad {
        ada.raw(line)?;
    }
    let id = ada.say(&bob, "still here")?;
    bob.hears(&id)?;
    let errors: Vec<i64> =
        ada.lines()[mark..].iter().filter_map(|line| line["error"]["code"].as_i64()).collect();
    ensure!(errors == bad.map(|(_, code)| code), "{errors:?}");

    ensure!(ada.refused("no.such", json!({}))?.0["code"] == -32601);
    let unknown = ada.refused("message.send", json!({ "to": "@bob", "text": "x", "loud": true }))?;
    ensure!(unknown.0["code"] == -32602 && unknown.0["data"]["details"]["field"] == "loud", "{unknown}");
    ensure!(ada.refused("message.send", json!({ "to": "@nobody", "text": "x" }))?.code() == "E-API-6");
    let long = ada.refused("message.send", json!({ "to": "@bob", "text": "é".repeat(32_769) }))?;
    ensure!(long.code() == "E-MSG-3", "{long}");
    let version = ada.call("rpc.version", json!({}))?;
    ensure!(version["interface"].is_u64() && version["protocol"].is_u64() && version["version"].is_string());
    Ok(())
}

#[test]
fn a_flood_of_calls_is_answered_one_by_one_or_refused_as_busy() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let ids = (0..500).map(|_| ada.send("conversation.list", json!({}))).collect::<Result<Vec<_>>>()?;
    for id in ids {
        if let Err(refused) = ada.answer(id)? {
            ensure!(refused.code() == "E-API-8" && refused.0["data"]["retryable"] == true, "{refused}");
        }
    }
    ada.call("conversation.list", json!({}))?;
    Ok(())
}

#[test]
fn every_way_to_end_is_clean() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    ada.take()?.close()?;
    ada.start_unlocked()?;
    ada.take()?.stop()?;
    ada.start_unlocked()?;
    ada.take()?.terminate()?;
    ada.start_unlocked()?;
    world.server.stop()
}

//! The shell against a scripted engine: order, bounds and ends. The real engine is driven in `tests/process_*.rs`.

use std::path::{Path, PathBuf};

use conclave_crypto::password::Password;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::*;
use crate::api::Output;
use crate::doctor::Include;
use crate::model::{
    Answer, Call, Contents, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart, Event, ExportData, Factor,
    LoggedIn, Notification, SessionInfo, Status, Unlock,
};
use crate::model::{Finding, UserRef};

/// Answers every core call with `{}` and one event, or keeps all calls for later.
#[derive(Clone)]
struct Script {
    outputs: mpsc::Sender<Output>,
    answers: bool,
}

struct ScriptOutputs(mpsc::Receiver<Output>);

impl engine::Outputs for ScriptOutputs {
    async fn next(&mut self) -> Option<Output> {
        self.0.recv().await
    }
}

fn event(cause: Option<Value>, why: &str) -> Output {
    let event = Event::VaultLocked { why: why.to_owned() };
    Output::Notification(Notification { seq: Some(1), cause, event })
}

fn refused<T>() -> Result<T, Failure> {
    Err(Failure::new(ErrorCode::ApiState))
}

impl Engine for Script {
    async fn submit(&self, call: u64, cause: Option<Value>, _what: Call) -> Result<(), Failure> {
        if self.answers {
            let _closed = self.outputs.send(Output::Answer { call, result: Ok(Answer::Done {}) }).await;
            let _closed = self.outputs.send(event(cause, "call")).await;
        }
        Ok(())
    }
    async fn lock(&self) -> Result<(), Failure> {
        // The event is out before the call returns; the shell must still write the result first.
        let _closed = self.outputs.send(event(None, "call")).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        Ok(())
    }
    async fn enrol_start(&self, _: Zeroizing<String>) -> Result<EnrolStart, Failure> {
        refused()
    }
    async fn enrol_account(
        &self,
        _: String,
        _: Option<String>,
        _: Password,
    ) -> Result<EnrolAccount, Failure> {
        refused()
    }
    async fn enrol_confirm(&self, _: Zeroizing<String>) -> Result<EnrolConfirm, Failure> {
        refused()
    }
    async fn enrol_finish(&self) -> Result<EnrolFinish, Failure> {
        refused()
    }
    async fn enrol_device(
        &self,
        _: Zeroizing<String>,
        _: String,
        _: Password,
        _: Factor,
        _: Zeroizing<String>,
    ) -> Result<EnrolFinish, Failure> {
        refused()
    }
    async fn end_session(&self, _: [u8; 16]) -> Result<(), Failure> {
        refused()
    }
    async fn remove_device(&self, _: crate::model::DeviceId, _: Password) -> Result<(), Failure> {
        refused()
    }
    async fn enrol_cancel(&self) -> Result<(), Failure> {
        refused()
    }
    async fn unlock(&self, _: Unlock) -> Result<(), Failure> {
        Ok(())
    }
    async fn login(&self, _: Password, _: Factor) -> Result<LoggedIn, Failure> {
        refused()
    }
    async fn logout(&self) -> Result<(), Failure> {
        refused()
    }
    async fn totp_replace(&self, _: Password, _: Zeroizing<String>) -> Result<EnrolAccount, Failure> {
        refused()
    }
    async fn totp_confirm(&self, _: Zeroizing<String>) -> Result<crate::model::RecoveryCodes, Failure> {
        refused()
    }
    async fn backup_create(&self, _: PathBuf, _: Password) -> Result<Contents, Failure> {
        refused()
    }
    async fn backup_verify(&self, _: PathBuf, _: Password) -> Result<Contents, Failure> {
        refused()
    }
    async fn backup_restore(&self, _: PathBuf, _: Password) -> Result<Contents, Failure> {
        refused()
    }
    async fn export_data(&self, _: ExportData, _: Password) -> Result<Answer, Failure> {
        refused()
    }
    async fn erase_all(&self, _: String, _: Password) -> Result<(), Failure> {
        refused()
    }
    async fn sessions(&self) -> Result<Vec<SessionInfo>, Failure> {
        refused()
    }
    async fn change_password(&self, _: Password, _: Password, _: Zeroizing<String>) -> Result<(), Failure> {
        refused()
    }
    async fn status(&self) -> Result<Status, Failure> {
        refused()
    }
    async fn doctor(&self, _: Option<UserRef>, _: Language) -> Result<Vec<Finding>, Failure> {
        refused()
    }
    async fn doctor_report(&self, _: &Path, _: &[Include], _: Language) -> Result<(), Failure> {
        refused()
    }
}

/// The other end of the shell.
struct Client {
    read: tokio::io::Lines<BufReader<ReadHalf<DuplexStream>>>,
    write: WriteHalf<DuplexStream>,
    shell: JoinHandle<io::Result<()>>,
    outputs: mpsc::Sender<Output>,
}

impl Client {
    fn start(answers: bool) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (outputs, receiver) = mpsc::channel(1024);
        let script = Script { outputs: outputs.clone(), answers };
        let (input, output) = tokio::io::split(theirs);
        let shell = tokio::spawn(async move {
            serve_engine(script, ScriptOutputs(receiver), Language::En, input, output).await
        });
        let (read, write) = tokio::io::split(ours);
        Self { read: BufReader::new(read).lines(), write, shell, outputs }
    }

    async fn send(&mut self, line: &str) {
        self.write.write_all(line.as_bytes()).await.unwrap();
        self.write.write_all(b"\n").await.unwrap();
    }

    async fn call(&mut self, id: u64, method: &str, params: Value) {
        self.send(&json!({"jsonrpc":"2.0","id":id,"method":method,"params":params}).to_string()).await;
    }

    async fn line(&mut self) -> Value {
        serde_json::from_str(&self.read.next_line().await.unwrap().expect("a line")).unwrap()
    }

    /// Closes the input and returns all lines that still come.
    async fn rest(mut self) -> Vec<Value> {
        self.write.shutdown().await.unwrap();
        let mut lines = Vec::new();
        while let Some(line) = self.read.next_line().await.unwrap() {
            lines.push(serde_json::from_str(&line).unwrap());
        }
        self.shell.await.unwrap().unwrap();
        lines
    }
}

fn status_of(line: &Value) -> (i64, &str) {
    (line["error"]["code"].as_i64().unwrap_or(0), line["error"]["data"]["code"].as_str().unwrap_or(""))
}

#[tokio::test]
async fn a_result_stands_before_the_events_it_causes_and_they_name_it() {
    let mut client = Client::start(true);
    for id in 0..50 {
        client.call(id, "conversation.list", json!({})).await;
    }
    let lines = client.rest().await;
    assert_eq!(lines.len(), 100);
    for (n, pair) in lines.chunks(2).enumerate() {
        assert_eq!(pair[0], json!({"jsonrpc":"2.0","id":n,"result":{}}));
        assert_eq!(pair[1]["params"]["cause"], n);
    }
}

#[tokio::test]
async fn the_result_of_locking_stands_before_its_event() {
    let mut client = Client::start(true);
    client.call(1, "vault.lock", json!({})).await;
    assert_eq!(client.line().await["id"], 1);
    assert_eq!(client.line().await["method"], "vault.locked");
}

#[tokio::test]
async fn the_sixty_fifth_waiting_call_is_refused_and_the_others_are_not_lost() {
    let mut client = Client::start(false);
    for id in 1..=65 {
        client.call(id, "conversation.list", json!({})).await;
    }
    let refused = client.line().await;
    assert_eq!((refused["id"].as_u64(), status_of(&refused)), (Some(65), (-32000, "E-API-8")));
    assert_eq!(refused["error"]["data"]["retryable"], true);
    for call in 1..=64 {
        client.outputs.send(Output::Answer { call, result: Ok(Answer::Done {}) }).await.unwrap();
    }
    for id in 1..=64 {
        assert_eq!(client.line().await["id"], id);
    }
    client.call(66, "vault.unlock", json!({"password": "x"})).await;
    assert_eq!(client.line().await, json!({"jsonrpc":"2.0","id":66,"result":{}}));
}

#[tokio::test]
async fn bad_lines_are_answered_and_good_ones_between_them_go_on() {
    let mut client = Client::start(true);
    client.send("{").await;
    client.send(&"x".repeat(LINE + 1)).await;
    client.send(r#"{"jsonrpc":"2.0","id":"a","method":"no.such"}"#).await;
    client.send(r#"{"jsonrpc":"2.0","id":"b","method":"message.send","params":{"to":"@a"}}"#).await;
    client.send(r#"{"jsonrpc":"2.0","id":"c","method":"vault.unlock","params":{}}"#).await;
    client.send(r#"{"jsonrpc":"2.0","method":"no.such"}"#).await;
    client.call(5, "rpc.version", json!({})).await;
    let lines = client.rest().await;
    let seen: Vec<_> = lines.iter().map(|line| (line["id"].clone(), status_of(line))).collect();
    assert_eq!(
        seen,
        [
            (Value::Null, (-32700, "E-API-1")),
            (Value::Null, (-32700, "E-API-1")),
            (json!("a"), (-32601, "E-API-2")),
            (json!("b"), (-32602, "E-API-3")),
            (json!("c"), (-32602, "E-API-3")),
            (json!(5), (0, "")),
        ]
    );
    assert_eq!(lines[3]["error"]["data"]["details"]["field"], "text");
    assert_eq!(lines[5]["result"]["interface"], INTERFACE);
}

#[tokio::test]
async fn stop_is_answered_and_nothing_after_it_is_read() {
    let mut client = Client::start(true);
    client.call(1, "conversation.list", json!({})).await;
    client.call(2, "rpc.stop", json!({})).await;
    client.call(3, "conversation.list", json!({})).await;
    let lines = client.rest().await;
    let ids: Vec<_> = lines.iter().filter_map(|line| line["id"].as_u64()).collect();
    assert_eq!(ids, [1, 2]);
}

#[tokio::test]
async fn a_closed_output_ends_the_shell_without_an_error() {
    let client = Client::start(true);
    let Client { read, mut write, shell, outputs } = client;
    write.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.version\"}\n").await.unwrap();
    drop((read, write));
    shell.await.unwrap().unwrap();
    drop(outputs);
}

#[tokio::test]
async fn a_password_is_judged_without_the_engine() {
    let mut client = Client::start(true);
    client.call(1, "enrol.check", json!({"userName": "Marie", "password": "marie"})).await;
    let answer = client.line().await;
    let codes: Vec<_> =
        answer["result"]["reasons"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["E-ACC-1", "tooShort", "guessable", "containsName"]);
    assert_eq!(answer["result"]["ok"], false);
    client.call(2, "enrol.account", json!({"userName": "marie", "password": "marie"})).await;
    let refused = client.line().await;
    assert_eq!(status_of(&refused), (-32000, "E-ACC-3"));
    assert_eq!(refused["error"]["data"]["details"]["reasons"].as_array().unwrap().len(), 3);
}

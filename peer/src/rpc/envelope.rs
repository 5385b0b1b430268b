//! The JSON-RPC 2.0 envelope: requests in, results, errors and notifications out.

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use conclave_proto::ErrorCode;

use super::fault;
use super::writer::Outgoing;
use crate::model::{Failure, Notification};
use crate::words::Language;

/// Longest id that is a string, in bytes: it is repeated in every event that the call causes.
const ID: usize = 256;

/// A request, well formed.
pub(super) struct Request {
    /// Repeated in the answer; without one there is no answer.
    pub(super) id: Option<Value>,
    /// The method's name.
    pub(super) method: String,
    /// The parameters by name.
    pub(super) params: Map<String, Value>,
}

/// A line that is no request.
pub(super) struct Bad {
    id: Value,
    code: i32,
    failure: Failure,
}

impl Bad {
    /// Not JSON, or too long to look at.
    pub(super) fn unreadable(what: &str) -> Self {
        Self {
            id: Value::Null,
            code: fault::PARSE,
            failure: Failure::new(ErrorCode::ApiLine).with("field", what),
        }
    }

    fn invalid(id: Option<Value>, field: &str) -> Self {
        let failure = Failure::new(ErrorCode::ApiLine).with("field", field);
        Self { id: id.unwrap_or(Value::Null), code: fault::REQUEST, failure }
    }

    fn params(id: Option<Value>) -> Self {
        let failure = Failure::new(ErrorCode::ApiParams).with("field", "params");
        Self { id: id.unwrap_or(Value::Null), code: fault::PARAMS, failure }
    }

    /// The answer to it.
    pub(super) fn to_line(&self, language: Language) -> Outgoing {
        let error = fault::object(self.code, language, &self.failure);
        Outgoing::Line(to_bytes(&json!({ "jsonrpc": "2.0", "id": self.id, "error": error })))
    }
}

impl Request {
    /// Reads a line. Batches and parameters by position are not part of this interface.
    pub(super) fn parse(line: &[u8]) -> Result<Self, Bad> {
        let value: Value = serde_json::from_slice(line).map_err(|_| Bad::unreadable("json"))?;
        let Value::Object(mut object) = value else {
            return Err(Bad::invalid(None, "request"));
        };
        let id = match object.remove("id") {
            None => None,
            Some(id @ (Value::Number(_) | Value::Null)) => Some(id),
            Some(Value::String(id)) if id.len() <= ID => Some(Value::String(id)),
            Some(_) => return Err(Bad::invalid(None, "id")),
        };
        if object.remove("jsonrpc").as_ref().and_then(Value::as_str) != Some("2.0") {
            return Err(Bad::invalid(id, "jsonrpc"));
        }
        let Some(Value::String(method)) = object.remove("method") else {
            return Err(Bad::invalid(id, "method"));
        };
        let params = match object.remove("params") {
            None => Map::new(),
            Some(Value::Object(params)) => params,
            Some(_) => return Err(Bad::params(id)),
        };
        if let Some(unknown) = object.keys().next() {
            return Err(Bad::invalid(id, unknown));
        }
        Ok(Self { id, method, params })
    }
}

/// A line that carries a result.
pub(super) fn result(id: &Value, result: &Value) -> Zeroizing<Vec<u8>> {
    to_bytes(&json!({ "jsonrpc": "2.0", "id": id, "result": result }))
}

/// A line that carries an error.
pub(super) fn error(id: &Value, language: Language, failure: &Failure) -> Zeroizing<Vec<u8>> {
    let error = fault::object(fault::number(failure.code), language, failure);
    to_bytes(&json!({ "jsonrpc": "2.0", "id": id, "error": error }))
}

/// A line that carries an event: `seq` and `cause` stand inside `params`.
pub(super) fn notification(notification: &Notification) -> Option<Zeroizing<Vec<u8>>> {
    let Ok(Value::Object(mut line)) = serde_json::to_value(notification) else { return None };
    let seq = line.remove("seq").unwrap_or(Value::Null);
    let cause = line.remove("cause");
    let Some(Value::Object(params)) = line.get_mut("params") else { return None };
    params.insert("seq".to_owned(), seq);
    if let Some(cause) = cause {
        params.insert("cause".to_owned(), cause);
    }
    line.insert("jsonrpc".to_owned(), "2.0".into());
    Some(to_bytes(&Value::Object(line)))
}

/// Results may hold codes and keys, so lines are wiped once they are written.
fn to_bytes(value: &Value) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(value.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(line: &str) -> i64 {
        match Request::parse(line.as_bytes()) {
            Ok(_) => 0,
            Err(bad) => i64::from(bad.code),
        }
    }

    #[test]
    fn what_is_no_request_is_refused_by_kind() {
        for (line, expected) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"status"}"#, 0),
            (r#"{"jsonrpc":"2.0","method":"status","params":{}}"#, 0),
            ("", -32700),
            ("garbage", -32700),
            (r#"{"jsonrpc":"2.0","id":1"#, -32700),
            ("\u{0}", -32700),
            (r#"{"jsonrpc":"2.0","id":1,"method":"status"} x"#, -32700),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"status"}]"#, -32600),
            ("7", -32600),
            (r#"{"jsonrpc":"1.0","id":1,"method":"status"}"#, -32600),
            (r#"{"id":1,"method":"status"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":{},"method":"status"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1,"method":"status","extra":1}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1,"method":"status","params":[1]}"#, -32602),
        ] {
            assert_eq!(code(line), expected, "{line}");
        }
        assert_eq!(code(&"[".repeat(100_000)), -32700, "deep nesting");
        let invalid = Request::parse(&[b'"', 0xff, b'"']).map(|_| ()).map_err(|bad| bad.code);
        assert_eq!(invalid, Err(-32700), "not UTF-8");
    }

    #[test]
    fn seq_and_cause_stand_inside_params() {
        let event = crate::model::Event::VaultLocked { why: "call".to_owned() };
        let line = |seq, cause| {
            let bytes = notification(&Notification { seq, cause, event: event.clone() }).unwrap();
            serde_json::from_slice::<Value>(&bytes).unwrap()
        };
        assert_eq!(
            line(Some(9), Some(json!(7))),
            json!({"jsonrpc":"2.0","method":"vault.locked","params":{"seq":9,"cause":7,"why":"call"}})
        );
        assert_eq!(
            line(None, None),
            json!({"jsonrpc":"2.0","method":"vault.locked","params":{"seq":null,"why":"call"}})
        );
    }
}

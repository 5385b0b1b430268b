//! Errors of the interface: numbers as in JSON-RPC, the stable code and its words (LIBRARY §3, Errors).

use conclave_proto::ErrorCode;
use serde_json::{Map, Value};

use crate::model::Failure;
use crate::words::{self, Language};

/// Not JSON.
pub(super) const PARSE: i32 = -32700;
/// JSON, but no request.
pub(super) const REQUEST: i32 = -32600;
/// No such method.
pub(super) const METHOD: i32 = -32601;
/// Bad parameters.
pub(super) const PARAMS: i32 = -32602;
/// Any other failure: `data.code` says which.
pub(super) const OTHER: i32 = -32000;
/// When a call refused for too many waiting ones may come again: a call takes about that long.
const BUSY_MS: u64 = 100;

/// The JSON-RPC number of a code.
pub(super) const fn number(code: ErrorCode) -> i32 {
    match code {
        ErrorCode::ApiLine => REQUEST,
        ErrorCode::ApiMethod => METHOD,
        ErrorCode::ApiParams => PARAMS,
        _ => OTHER,
    }
}

/// The `error` object.
pub(super) fn object(number: i32, language: Language, failure: &Failure) -> Value {
    let mut data = Map::new();
    data.insert("code".to_owned(), failure.code.text().into());
    data.insert("retryable".to_owned(), failure.is_retryable().into());
    if let Some(wait) = failure.retry_after_ms {
        data.insert("retryAfterMs".to_owned(), wait.into());
    }
    if !failure.details.is_empty() {
        data.insert("details".to_owned(), Value::Object(failure.details.clone()));
    }
    serde_json::json!({ "code": number, "message": words::failure(language, failure), "data": data })
}

/// Too many calls are waiting.
pub(super) fn busy() -> Failure {
    let mut failure = Failure::new(ErrorCode::ApiBusy);
    failure.retry_after_ms = Some(BUSY_MS);
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_shape_of_the_specification() {
        let mut failure = Failure::new(ErrorCode::AuthRefused);
        failure.retry_after_ms = Some(1000);
        assert_eq!(
            object(number(failure.code), Language::En, &failure),
            serde_json::json!({
                "code": -32000,
                "message": "User name, password or code is wrong.",
                "data": { "code": "E-AUTH-1", "retryable": true, "retryAfterMs": 1000 }
            })
        );
        let refused = Failure::new(ErrorCode::ApiParams).with("field", "limit");
        let object = object(number(refused.code), Language::Fr, &refused);
        assert_eq!(object["code"], -32602);
        assert_eq!(object["data"]["details"]["field"], "limit");
        assert!(object["message"].as_str().is_some_and(|words| words.contains("limit")));
    }
}

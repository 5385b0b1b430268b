//! Parameters by name, into types that refuse what they do not know. Errors name the parameter, never its value:
//! it may be a secret.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;

use conclave_proto::ErrorCode;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::doctor::Include;
use crate::model::{Failure, UserRef, text};

/// Text that is wiped on drop and never shown.
pub(super) struct Hidden(pub(super) Zeroizing<String>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // The parsed text itself is moved here, not copied.
        String::deserialize(from).map(|text| Self(Zeroizing::new(text)))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(redacted)")
    }
}

/// `doctor.run`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Doctor {
    #[serde(default, with = "text::option")]
    pub(super) user: Option<UserRef>,
}

/// `doctor.report`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DoctorReport {
    pub(super) path: PathBuf,
    #[serde(default)]
    pub(super) include: Vec<Include>,
}

/// Reads parameters.
///
/// # Errors
/// `E-API-3` with `details.field`.
pub(super) fn read<T: DeserializeOwned>(params: Map<String, Value>) -> Result<T, Failure> {
    // serde does not say where it stopped: the entry handed out last is the one that did not fit.
    let last = RefCell::new(None);
    let entries = params.into_iter().inspect(|(name, _)| *last.borrow_mut() = Some(name.clone()));
    T::deserialize(MapDeserializer::<_, serde_json::Error>::new(entries)).map_err(|error| {
        let field = missing(&error.to_string()).or(last.take());
        let failure = Failure::new(ErrorCode::ApiParams);
        match field {
            Some(field) => failure.with("field", field),
            None => failure,
        }
    })
}

/// The failure of a parameter that has the right type and a wrong value.
pub(super) fn wrong(field: &str) -> Failure {
    Failure::new(ErrorCode::ApiParams).with("field", field)
}

fn missing(error: &str) -> Option<String> {
    let rest = error.strip_prefix("missing field `")?;
    rest.split('`').next().map(str::to_owned)
}

/// No parameters at all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// `enrol.start`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnrolStart {
    pub(super) link: Hidden,
}

/// `enrol.check`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EnrolCheck {
    pub(super) user_name: Option<String>,
    pub(super) password: Option<Hidden>,
}

/// `enrol.account`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EnrolAccount {
    pub(super) user_name: String,
    pub(super) display_name: Option<String>,
    pub(super) password: Hidden,
}

/// `enrol.device`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EnrolDevice {
    pub(super) link: Hidden,
    pub(super) user_name: String,
    pub(super) password: Hidden,
    pub(super) totp: Option<Hidden>,
    pub(super) recovery_code: Option<Hidden>,
    pub(super) recovery_key: Hidden,
}

/// `totp.replace`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TotpReplace {
    pub(super) password: Hidden,
    pub(super) reset_code: Hidden,
}

/// `session.end`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndSession {
    pub(super) id: String,
}

/// `device.remove`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveDevice {
    #[serde(with = "crate::model::text")]
    pub(super) id: crate::model::DeviceId,
    pub(super) password: Hidden,
}

/// `enrol.confirm`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnrolConfirm {
    pub(super) totp: Hidden,
}

/// `vault.unlock`: one of the two.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Unlock {
    pub(super) password: Option<Hidden>,
    pub(super) recovery_key: Option<Hidden>,
}

/// `backup.create`, `.verify`, `.restore`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Backup {
    pub(super) path: std::path::PathBuf,
    pub(super) passphrase: Hidden,
}

/// `erase.all`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EraseAll {
    /// The own user name.
    pub(super) confirm: String,
    pub(super) password: Hidden,
}

/// `export.data`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportData {
    pub(super) path: std::path::PathBuf,
    pub(super) password: Hidden,
    #[serde(default)]
    pub(super) overwrite: bool,
}

/// `session.login`: the password and one of the two others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Login {
    pub(super) password: Hidden,
    pub(super) totp: Option<Hidden>,
    pub(super) recovery_code: Option<Hidden>,
}

/// `password.change`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    pub(super) old: Hidden,
    pub(super) new: Hidden,
    pub(super) totp: Hidden,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field<T: DeserializeOwned>(params: &Value) -> String {
        let failure = read::<T>(params.as_object().unwrap().clone()).err().expect("refused");
        assert_eq!(failure.code, ErrorCode::ApiParams);
        failure.details["field"].as_str().unwrap().to_owned()
    }

    #[test]
    fn the_error_names_the_parameter_and_never_its_value() {
        assert_eq!(field::<Login>(&json!({ "totp": "1" })), "password");
        assert_eq!(field::<Login>(&json!({ "password": "a", "pin": "swordfish" })), "pin");
        assert_eq!(field::<Login>(&json!({ "password": 4_711 })), "password");
        assert_eq!(
            field::<crate::model::MessageList>(&json!({ "conversation": "nobody", "limit": 5 })),
            "conversation"
        );
        assert_eq!(
            field::<crate::model::MessageList>(&json!({ "conversation": "@a", "limit": -5 })),
            "limit"
        );
        assert_eq!(field::<Nothing>(&json!({ "x": 1 })), "x");
        let failure =
            read::<Login>(json!({ "password": ["swordfish"] }).as_object().unwrap().clone()).err().unwrap();
        assert!(!format!("{failure:?}").contains("swordfish"));
    }
}

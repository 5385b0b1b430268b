//! What the commands print: words on a terminal, JSON lines with `--json`; complaints on standard error.

use std::io::{self, Write};

use conclave_peer::model::Failure;
use conclave_peer::words::{self, Language};
use serde::Serialize;

use crate::arguments::Arguments;

/// Where results go.
#[derive(Debug)]
pub(crate) struct Screen {
    pub(crate) language: Language,
    pub(crate) json: bool,
}

impl Screen {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let language = arguments.lang.unwrap_or_else(|| {
            let named =
                ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| std::env::var(name).ok());
            Language::of_locale(&named.unwrap_or_default())
        });
        Self { language, json: arguments.json }
    }

    pub(crate) fn word(&self, key: &str) -> String {
        words::text(self.language, key)
    }

    pub(crate) fn words(&self, key: &str, variables: &[(&'static str, String)]) -> String {
        words::text_with(self.language, key, variables)
    }

    /// A result: the object with `--json`, else the lines.
    pub(crate) fn show(&self, result: &impl Serialize, lines: &[String]) -> io::Result<()> {
        if self.json {
            let line = serde_json::to_string(result).map_err(io::Error::other)?;
            return writeln!(io::stdout(), "{line}");
        }
        lines.iter().try_for_each(|line| writeln!(io::stdout(), "{line}"))
    }

    /// Something for the person beside the result.
    pub(crate) fn say(&self, line: &str) {
        self.complain(line);
    }

    /// A complaint. One that cannot be written cannot be told to anybody.
    pub(crate) fn complain(&self, text: &str) {
        let _unwritable = writeln!(io::stderr(), "{text}");
    }

    /// A failure of the engine, with its code: as an object with `--json`.
    pub(crate) fn failure(&self, failure: &Failure) {
        let said = words::failure(self.language, failure);
        if self.json {
            let object = serde_json::json!({ "error": { "code": failure.code.text(), "message": said } });
            self.complain(&object.to_string());
        } else {
            self.complain(&format!("{said} [{}]", failure.code));
        }
    }
}

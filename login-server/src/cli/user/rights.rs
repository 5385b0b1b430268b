//! `user erase`, `user export`: a person's rights over what the server holds about them.

use std::path::Path;
use std::time::Duration;

use conclave_crypto::directory::{Ban, BanReason, Object, Target};
use conclave_crypto::keys::UserId;
use serde_json::{Value, json};

use super::super::Global;
use super::super::client::text;
use super::super::confirm::confirm;
use super::super::keys::KeyArgs;
use super::super::output::{Report, cell};
use super::super::signing::{Carried, Unsigned, carry_out};
use super::super::written;
use crate::admin::Request;
use crate::archive::Archive;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::home::write_new;
use crate::time::local;
use crate::words::said;

pub(super) fn erase(
    global: &Global,
    user: &str,
    after: Option<Duration>,
    key: &KeyArgs,
) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let target = client.ask(&Request::UserTarget { name: user.to_owned() })?;
    let org = client.org()?;
    let bad = || Failure::new(Exit::Failed, said("answer-senseless"));
    let id: UserId = text(&target, "user_id").parse().map_err(|_| bad())?;
    let seq =
        target.get("seq").and_then(Value::as_u64).and_then(|seq| seq.try_into().ok()).ok_or_else(bad)?;
    let now = clock::now();
    let at =
        after.map_or(0, |after| now.saturating_add(u64::try_from(after.as_millis()).unwrap_or(u64::MAX)));
    let about = match after {
        None => said("erase-about"),
        Some(_) => said("erase-later-about").with("when", local(at)),
    };
    let about = about.with("user", user).with("sessions", cell(&target, "sessions"));
    confirm(global, &about.text(), user)?;
    let ban = Ban { target: Target::User(id), seq, reason: BanReason::Closed, at: now, until: 0 };
    let request = Request::Erase { name: user.to_owned(), leaf: String::new(), at };
    let unsigned = Unsigned::new(org, &Object::Ban(ban), 1, &request)?;
    match carry_out(global, &mut client, key, unsigned)? {
        Carried::Done(json) => {
            let line = match json.get("erase_at").and_then(Value::as_str) {
                None => said("erased"),
                Some(_) => said("erase-planned").with("when", local(at)),
            };
            let line = line
                .with("user", user)
                .with("leaf", cell(&json, "leaf"))
                .with("sessions", cell(&json, "sessions_closed"));
            Ok(Report::one(json, line))
        }
        Carried::Written(path) => Ok(written(&path)),
    }
}

pub(super) fn export(global: &Global, user: &str, out: &Path) -> Result<Report, Failure> {
    if out.exists() {
        return Err(Failure::new(Exit::Conflict, said("file-exists").with("file", out.display())));
    }
    let data = global.client()?.ask(&Request::Export { name: user.to_owned() })?;
    let text =
        serde_json::to_vec_pretty(&data).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let mut archive = Archive::new();
    archive.add("export.json", &text);
    archive.add("export.html", page(user, &data).as_bytes());
    let bytes = archive.finish();
    if !global.dry_run {
        write_new(out, &bytes)?;
    }
    let json = json!({ "schema": 1, "user": user, "file": out, "bytes": bytes.len() });
    Ok(Report::one(json, said("exported").with("user", user).with("file", out.display())))
}

/// The same as a page that any browser shows: no script, nothing loaded.
fn page(user: &str, data: &Value) -> String {
    let mut page = String::from(
        "<!doctype html><meta charset=utf-8><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><title>",
    );
    page.push_str(&escaped(user));
    page.push_str("</title>");
    rows(&mut page, data);
    page
}

fn rows(page: &mut String, value: &Value) {
    match value {
        Value::Object(fields) => {
            page.push_str("<table border=1>");
            for (name, value) in fields {
                page.push_str("<tr><th>");
                page.push_str(&escaped(name));
                page.push_str("<td>");
                rows(page, value);
            }
            page.push_str("</table>");
        }
        Value::Array(items) => {
            page.push_str("<ol>");
            for item in items {
                page.push_str("<li>");
                rows(page, item);
            }
            page.push_str("</ol>");
        }
        Value::String(text) => page.push_str(&escaped(text)),
        Value::Null => page.push('–'),
        other => page.push_str(&escaped(&other.to_string())),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_markup_as_text() {
        let page = page("a<b", &json!({ "reason": "<script>alert(1)</script>" }));
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("a&lt;b"));
    }
}

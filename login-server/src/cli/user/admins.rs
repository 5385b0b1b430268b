//! `user make-admin`, `user remove-admin`: a key that the policy lists for a person, or lists no more.

use serde_json::{Value, json};

use super::super::Global;
use super::super::change_policy::{Change, change};
use super::super::key::{NewKeyArgs, add, owner};
use super::super::keys::RootArgs;
use super::super::output::{Report, cell};
use crate::exit::{Exit, Failure};
use crate::words::{said, word};

pub(super) fn make(
    global: &Global,
    user: &str,
    new: &NewKeyArgs,
    root: &RootArgs,
) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let owner = owner(&mut client, user)?;
    let about = said("make-admin-about").with("user", user).text();
    let about = format!("{about}\n{}", word("key-powers"));
    let what = Change { action: "user.make-admin", target: user, about: &about, word: user };
    let (mut json, path) = add(global, &mut client, user, owner, new, root, &what)?;
    set(&mut json, "user", json!(user));
    set(&mut json, "key", json!(path));
    let line =
        said("admin-made").with("user", user).with("leaf", cell(&json, "leaf")).with("file", path.display());
    Ok(Report::one(json, line))
}

pub(super) fn remove(global: &Global, user: &str, root: &RootArgs) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let owner = owner(&mut client, user)?;
    let about = said("remove-admin-about").with("user", user).text();
    let what = Change { action: "user.remove-admin", target: user, about: &about, word: user };
    let mut json = change(global, &mut client, root, &what, |policy| {
        let before = policy.admins.len();
        policy.admins.retain(|admin| admin.user_id != owner);
        if policy.admins.len() == before {
            return Err(Failure::new(Exit::Conflict, said("no-administrator").with("user", user)));
        }
        Ok(())
    })?;
    set(&mut json, "user", json!(user));
    let line = said("admin-removed").with("user", user).with("leaf", cell(&json, "leaf"));
    Ok(Report::one(json, line))
}

fn set(json: &mut Value, member: &str, value: Value) {
    if let Some(fields) = json.as_object_mut() {
        fields.insert(member.into(), value);
    }
}

//! `user make-admin`, `user remove-admin`: a key that the policy lists for a person, or lists no more.

use serde_json::{Value, json};

use super::super::Global;
use super::super::change_policy::{Change, change};
use super::super::key::{NewKeyArgs, POWERS, add, owner};
use super::super::keys::RootArgs;
use super::super::output::{Report, cell};
use crate::exit::{Exit, Failure};

pub(super) fn make(
    global: &Global,
    user: &str,
    new: &NewKeyArgs,
    root: &RootArgs,
) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let owner = owner(&mut client, user)?;
    let about = format!("About to make {user} an administrator, by an admin key named '{user}'\n{POWERS}");
    let what = Change { action: "user.make-admin", target: user, about: &about, word: user };
    let (mut json, path) = add(global, &mut client, user, owner, new, root, &what)?;
    set(&mut json, "user", json!(user));
    set(&mut json, "key", json!(path));
    let line = format!(
        "{user} is an administrator. Leaf {}.\n  {}\nGive this file and its passphrase to {user}, by separate ways.",
        cell(&json, "leaf"),
        path.display()
    );
    Ok(Report::one(json, line))
}

pub(super) fn remove(global: &Global, user: &str, root: &RootArgs) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let owner = owner(&mut client, user)?;
    let about = format!(
        "About to take all admin keys of {user} out of the policy\n  account   stays, as that of any member\n  invites   signed by them stay good: 'invite revoke' each\n  log       leaf signed by the root key; every client shows it"
    );
    let what = Change { action: "user.remove-admin", target: user, about: &about, word: user };
    let mut json = change(global, &mut client, root, &what, |policy| {
        let before = policy.admins.len();
        policy.admins.retain(|admin| admin.user_id != owner);
        if policy.admins.len() == before {
            return Err(Failure::new(Exit::Conflict, format!("'{user}' is no administrator")));
        }
        Ok(())
    })?;
    set(&mut json, "user", json!(user));
    let line = format!("{user} is no administrator any more. Leaf {}.", cell(&json, "leaf"));
    Ok(Report::one(json, line))
}

fn set(json: &mut Value, member: &str, value: Value) {
    if let Some(fields) = json.as_object_mut() {
        fields.insert(member.into(), value);
    }
}

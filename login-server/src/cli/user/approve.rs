//! `user approve`: the admin key's signature on an account that waits.

use conclave_crypto::directory::{Kind, Leaf, Object};
use conclave_crypto::safety_number::HalfNumber;
use data_encoding::HEXLOWER;

use super::super::Global;
use super::super::client::text;
use super::super::keys::KeyArgs;
use super::super::output::{Report, cell};
use super::super::signing::{Carried, Unsigned, carry_out};
use super::super::written;
use crate::admin::Request;
use crate::exit::{Exit, Failure};
use crate::words::said;

pub(super) fn run(global: &Global, user: &str, typed: &str, key: &KeyArgs) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let pending = client.ask(&Request::PendingShow { name: user.to_owned() })?;
    let org = client.org()?;
    let bad = || Failure::new(Exit::Failed, said("answer-senseless"));
    let leaf = HEXLOWER.decode(text(&pending, "leaf").as_bytes()).map_err(|_| bad())?;
    let leaf = Leaf::parse(&leaf, &org).map_err(|_| bad())?;
    let (Object::UserAdd(account), [own]) = (&leaf.object, leaf.sigs.as_slice()) else { return Err(bad()) };
    // Computed here: the server's own number would prove nothing.
    let digits = HalfNumber::of(&account.uik, &account.user_id);
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    if account.username.as_str() != user || typed != digits.digits() {
        return Err(Failure::new(Exit::Refused, said("digits-differ").with("user", user))
            .hint(said("digits-differ-hint")));
    }
    let request = Request::Approve { name: user.to_owned(), leaf: String::new() };
    let unsigned = Unsigned::with_rest(org, Kind::UserAdd, leaf.bytes.to_vec(), vec![*own], 1, &request)?;
    match carry_out(global, &mut client, key, unsigned)? {
        Carried::Done(json) => {
            let line = said("admitted").with("user", user).with("leaf", cell(&json, "leaf"));
            Ok(Report::one(json, line))
        }
        Carried::Written(path) => Ok(written(&path)),
    }
}

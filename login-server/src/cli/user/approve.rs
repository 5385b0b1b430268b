//! `user approve`: the admin key's signature on an account that waits.

use conclave_crypto::directory::{Kind, Leaf, Object, SignWith, assemble, sign_part};
use conclave_crypto::safety_number::HalfNumber;
use data_encoding::HEXLOWER;

use super::super::Global;
use super::super::client::text;
use super::super::keys::KeyArgs;
use super::super::output::{Report, cell};
use crate::admin::Request;
use crate::exit::{Exit, Failure};

pub(super) fn run(global: &Global, user: &str, typed: &str, key: &KeyArgs) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let pending = client.ask(&Request::PendingShow { name: user.to_owned() })?;
    let key = key.open(global)?;
    let bad = || Failure::new(Exit::Failed, "the server's answer makes no sense");
    let leaf = HEXLOWER.decode(text(&pending, "leaf").as_bytes()).map_err(|_| bad())?;
    let leaf = Leaf::parse(&leaf, &key.org).map_err(|_| bad())?;
    let (Object::UserAdd(account), [own]) = (&leaf.object, leaf.sigs.as_slice()) else { return Err(bad()) };
    // Computed here: the server's own number would prove nothing.
    let digits = HalfNumber::of(&account.uik, &account.user_id);
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    if account.username.as_str() != user || typed != digits.digits() {
        return Err(Failure::new(Exit::Refused, format!("the digits are not those of {user}'s key"))
            .hint("do not admit this account: ask the person to read them out again"));
    }
    let admin = sign_part(Kind::UserAdd, leaf.bytes, SignWith::Admin(&key.secret));
    let whole = assemble(Kind::UserAdd, leaf.bytes, &[admin, *own]);
    let json = client.ask(&Request::Approve { name: user.to_owned(), leaf: HEXLOWER.encode(&whole) })?;
    let line = format!("Admitted {user}. Leaf {}.", cell(&json, "leaf"));
    Ok(Report::one(json, line))
}

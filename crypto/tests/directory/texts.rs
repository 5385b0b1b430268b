//! What people see and type: names, invite links, re-enrolment codes.

use conclave_crypto::error::DecodeError;
use conclave_crypto::invite::{Invite, InviteRefused};
use conclave_crypto::keys::{OrgId, OrkSecret, TransportSecret, UserId};
use conclave_crypto::link::Link;
use conclave_crypto::reset::{ResetCode, ResetLink};
use conclave_crypto::username::{Username, UsernameRefused};

use crate::input::{Fixed, TestRng};
use crate::org::START;

#[test]
fn names_have_the_form_of_the_specification() {
    for name in ["abc", "a1b", "0ab", "ada.lovelace", "a-b_c.d", &"x".repeat(32)] {
        assert_eq!(Username::parse(name).unwrap().as_str(), name);
    }
    for name in ["", "ab", &"x".repeat(33), "Abc", "aBc", ".ab", "-ab", "_ab", "a b", "abé", "ab\n", "a/b"] {
        assert_eq!(Username::parse(name), Err(UsernameRefused::Form), "{name}");
    }
    for name in ["a..", "a-_", "0._", "v-v", "r.n"] {
        assert_eq!(Username::parse(name), Err(UsernameRefused::Skeleton), "{name}");
    }
}

#[test]
fn names_that_look_alike_share_a_skeleton() {
    let skeleton = |name: &str| Username::parse(name).unwrap().skeleton();
    for (one, other) in [
        ("bob", "b0b"),
        ("paul", "pau1"),
        ("paul", "paui"),
        ("lisa", "1i5a"),
        ("ann.lee", "annlee"),
        ("ann_lee", "ann-lee"),
        ("tom", "torn"),
        ("tom", "tor-n"),
        ("willow", "vvillow"),
        ("willow", "v.villow"),
    ] {
        assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
    }
    for (one, other) in [("bob", "bab"), ("tom", "ton"), ("ann", "anne"), ("vow", "wow"), ("nrn", "nnr")] {
        assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
    }
    // rn becomes m before vv becomes w, and one pass each.
    assert_eq!(skeleton("vvv"), skeleton("wv.-"));
    assert_ne!(skeleton("rrnn"), skeleton("mm."));
}

fn invite() -> Invite {
    let mut rng = TestRng::new("invite");
    let ork = OrkSecret::generate(&mut rng).public();
    let tpk = TransportSecret::generate(&mut rng).public();
    Invite::generate(ork, tpk, START, vec![vec![4, 127, 0, 0, 1, 6, 5, 57], vec![]], &mut rng)
}

#[test]
fn links_and_codes_read_back() {
    let invite = invite();
    for (host, port) in [("login.example", 1337), ("192.0.2.1", 1), ("[2001:db8::1]", 65535)] {
        let parsed = Invite::parse(&format!("  {}\n", invite.link(host, port).as_str())).unwrap();
        assert_eq!(parsed.server, Some(format!("{host}:{port}")));
        assert!(parsed.invite == invite);
    }
    assert!(!format!("{invite:?}").contains("token"));
}

#[test]
fn damaged_invites_are_refused() {
    let invite = invite();
    let qr = invite.qr_text();
    let body = qr.strip_prefix("CONCLAVE1:").unwrap();
    for len in 0..qr.len() {
        assert!(Invite::parse(&qr[..len]).is_err(), "cut to {len}");
    }
    for text in [
        format!("{}A", qr.as_str()),
        format!("{}=", qr.as_str()),
        format!("conclave://{body}"),
        format!("conclave://host/{body}"),
        format!("conclave://:1/{body}"),
        format!("conclave://host:x/{body}"),
        format!("conclave://host:65536/{body}"),
        format!("http://host:1/{body}"),
        format!("CONCLAVE1:{}", "A".repeat(20_000)),
        // Type 1 is a verification code.
        format!("CONCLAVE1:AV{}", &body[2..]),
    ] {
        assert!(Invite::parse(&text).is_err(), "{text}");
    }
    // Another root key than the organisation's.
    let mut bytes = data_encoding::BASE64URL_NOPAD.decode(body.as_bytes()).unwrap();
    bytes[1] ^= 1;
    let other = format!("CONCLAVE1:{}", data_encoding::BASE64URL_NOPAD.encode(&bytes));
    assert_eq!(Invite::parse(&other), Err(InviteRefused::Organisation));
}

fn reset_link() -> ResetLink {
    let Invite { ork, server_tpk, expires, addresses, .. } = invite();
    let code = ResetCode::generate(&mut TestRng::new("reset link"));
    ResetLink { ork, server_tpk, user: UserId::new([7; 16]), code, expires, addresses }
}

#[test]
fn a_reset_link_names_the_account_and_gives_the_keys_of_its_code() {
    let made = reset_link();
    let read = Link::parse(&format!("\t{} ", made.link("login.example", 1337).as_str())).unwrap();
    assert_eq!(read.server.as_deref(), Some("login.example:1337"));
    assert_eq!(read.link.user(), Some(made.user));
    assert!(read.link.login_token() == made.code.login_token(&made.org(), &made.user));
    assert_eq!(
        read.link.grant_key().public(),
        made.code.grant_key(&made.org(), &made.user).public(),
        "what the ResetGrant names"
    );
    assert_eq!(read.link, Link::Reset(made));
    let made = reset_link();
    assert_eq!(Link::parse(&made.qr_text()).unwrap().server, None);
    // An invite reads as one, and neither passes for the other.
    let invite = invite();
    assert!(Link::parse(&invite.qr_text()).unwrap().link == Link::Invite(self::invite()));
    assert_eq!(Invite::parse(&made.qr_text()), Err(InviteRefused::Decode(DecodeError::Version)));
    let said = format!("{made:?}");
    assert!(said.contains("redacted") && !said.contains(made.code.text().as_str()), "{said}");
}

#[test]
fn damaged_reset_links_are_refused() {
    let made = reset_link();
    let qr = made.qr_text();
    for len in 0..qr.len() {
        assert!(Link::parse(&qr[..len]).is_err(), "cut to {len}");
    }
    let body = qr.strip_prefix("CONCLAVE1:").unwrap();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(body.as_bytes()).unwrap();
    let with = |at: usize, bits: u8| {
        let mut bytes = bytes.clone();
        bytes[at] ^= bits;
        Link::parse(&format!("CONCLAVE1:{}", data_encoding::BASE64URL_NOPAD.encode(&bytes)))
    };
    assert_eq!(with(0, 4), Err(InviteRefused::Decode(DecodeError::Version)), "type 7");
    assert_eq!(with(1, 1), Err(InviteRefused::Organisation));
    // 1 type, 16 org, 32 root key, 32 server key, 16 account, then 13 of code whose last four bits are zero.
    assert_eq!(with(109, 1), Err(InviteRefused::Decode(DecodeError::Range)));
    assert!(with(109, 0x10).is_ok_and(|other| other.link != Link::Reset(reset_link())));
}

#[test]
fn re_enrolment_codes_survive_typing() {
    let (org, user) = (OrgId::new([1; 16]), UserId::new([2; 16]));
    for bytes in [vec![0; 13], vec![0xff; 13], (1..=13).collect()] {
        let code = ResetCode::generate(&mut Fixed(vec![bytes]));
        let text = code.text();
        assert_eq!(text.len(), 24);
        assert!(text.split('-').all(|group| group.len() == 4) && text.split('-').count() == 5);
        for typed in [
            text.to_string(),
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " "),
            text.replace('0', "o").replace('1', "l"),
        ] {
            assert!(ResetCode::parse(&typed).unwrap() == code, "{typed}");
        }
        let parsed = ResetCode::parse(&text).unwrap();
        assert_eq!(parsed.grant_key(&org, &user).public(), code.grant_key(&org, &user).public());
        assert!(parsed.login_token(&org, &user) == code.login_token(&org, &user));
        let other = UserId::new([3; 16]);
        assert_ne!(code.grant_key(&org, &other).public(), code.grant_key(&org, &user).public());
        assert_eq!(format!("{code:?}"), "ResetCode(Secret<13>(redacted))");
    }
    // The last four bits are cleared, whatever was drawn.
    let code = |last| ResetCode::generate(&mut Fixed(vec![[[9; 12].as_slice(), &[last]].concat()]));
    assert!(code(0xaf) == code(0xa0) && code(0xbf) != code(0xa0));
}

#[test]
fn other_texts_are_no_codes() {
    let text = "7QK2-M9XD-4TRA-HH3P-WZ8C";
    assert!(ResetCode::parse(text).is_ok());
    for typed in
        [&text[..23], "7QK2-M9XD-4TRA-HH3P-WZ8CA", "7QK2-M9XD-4TRA-HH3P-WZ8U", "", "7QK2M9XD4TRAHH3PWZ8C0"]
    {
        assert!(ResetCode::parse(typed).is_err(), "{typed}");
    }
}

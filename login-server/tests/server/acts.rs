//! What administrators do to people, as the person concerned and every other client sees it.

use std::time::{Duration, Instant};

use conclave_crypto::directory::{BanReason, Enrolment, UikReset, sign_uik_reset};
use conclave_crypto::invite::Invite;
use conclave_crypto::keys::UikSecret;
use conclave_crypto::login::{Factor, LoginFrame};
use conclave_crypto::password::Password;
use conclave_crypto::reset::ResetCode;
use conclave_proto::ErrorCode;
use conclave_proto::schema::push::News;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::response::Outcome;
use conclave_proto::schema::{LookUpInvite, SessionEnded};
use login_server::EnrolmentMode;

use crate::person::{Answer, Desk, Device, Person, look_up, now, rng};
use crate::rig::Rig;

pub(crate) async fn ended(desk: &mut Desk) -> SessionEnded {
    desk.wait(|news| match news {
        News::SessionEnded(ended) => Some(ended.clone()),
        _ => None,
    })
    .await
}

fn refusal(answer: Answer) -> (Option<ErrorCode>, u32) {
    match LoginFrame::decode(&answer.refused()).unwrap() {
        LoginFrame::Refused { code, wait_ms } => (ErrorCode::from_number(code.into()), wait_ms),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_the_old_login_and_its_code_makes_a_new_one_once() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (_bob, _bobs_net, mut bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    let leaves = rig.tool(&["status"]).await.1["leaves"].clone();
    let tried = rig.signed(&["user", "reset", "alice", "--dry-run"]).await;
    assert_eq!((&tried["dry_run"], &tried["code"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(rig.tool(&["status"]).await.1["leaves"], leaves, "a dry run writes no leaf");

    let made = rig.signed(&["user", "reset", "alice", "--reason", "lost phone"]).await;
    assert_eq!((&made["leaf"], &made["sessions_closed"]), (&leaves, &1.into()));
    assert_eq!(ErrorCode::from_number(ended(&mut desk).await.code), Some(ErrorCode::SessionEnded));
    // Everybody sees that it was granted, and by which key.
    bobs.sync().await;
    let granted = bobs.directory.user_by_name("alice").unwrap().open_reset.unwrap();
    assert_eq!(granted.by.key, bobs.directory.policy().unwrap().admins[0].key);
    assert!(granted.grant.expires.abs_diff(now() + 86_400_000) < 60_000, "24 h");

    // The old password and phone are worth nothing, nor does the old computer come back by itself.
    let net = alice.device.connect(&rig).await;
    let code = alice.code();
    assert_eq!(refusal(alice.log_in(&net, Factor::Totp, &code).await).0, Some(ErrorCode::AuthRefused));
    let recovery = alice.codes[0].clone();
    alice.log_in(&net, Factor::RecoveryCode, &recovery).await.refused();

    let typed = made["code"].as_str().unwrap();
    assert_eq!((typed.len(), typed.matches('-').count()), (24, 4));
    let code = ResetCode::parse(typed).unwrap();
    let token = code.login_token(&alice.org, &alice.user);
    alice.password = Password::new("a new long password");
    alice.device = Device::new();
    alice.last_step = 0;
    let net = alice.device.connect(&rig).await;
    alice.make_login(&net, token.expose()).await;
    // The vault was lost too: a new identity key, by the code's key, and a new computer.
    let invite = rig.invite("carol").await;
    let mut desk = Desk::open(&net, &invite).await;
    desk.sync().await;
    let new = UikSecret::generate(&mut rng());
    let reset = UikReset {
        user_id: alice.user,
        new_uik: new.public(),
        reset_seq: granted.grant.reset_seq,
        at: now(),
    };
    let leaf = sign_uik_reset(&alice.org, reset, &code.grant_key(&alice.org, &alice.user), &new, None);
    desk.append(leaf).await.unwrap();
    alice.uik = new;
    desk.sync().await;
    desk.append(alice.device_list(&desk.directory)).await.unwrap();
    bobs.sync().await;
    assert_eq!(bobs.directory.user_by_name("alice").unwrap().resets, 1);
    let result = alice.log_in_now(&alice.device.connect(&rig).await).await;
    assert!(!result.lease.is_empty());

    // Once only.
    let stranger = Device::new().connect(&rig).await;
    let mut other = Desk::open(&stranger, &invite).await;
    let look = LookUpInvite { login_token: token.expose().to_vec().into() };
    assert_eq!(other.failure(Call::LookUpInvite(look)).await, ErrorCode::AccountInvite);
    // In the audit log with the reason and the key's name.
    let audit = std::fs::read_to_string(rig.directory.path().join("data/audit.jsonl")).unwrap();
    let line = audit.lines().find(|line| line.contains("\"user.reset\"")).unwrap();
    assert!(line.contains("\"lost phone\"") && line.contains("\"key\":\"ops-1\""), "{line}");
    assert!(!audit.contains(typed), "the code is written nowhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_persons_sign_a_reset_where_the_policy_says_so() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (_bob, _bobs_net, mut bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    let (code, set, said) = rig.rooted(&["policy", "set", "reset_admins", "2"]).await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(set["changed"]["reset_admins"]["after"], 2);
    let pass = rig.pass().display().to_string();
    let path = |name: &str| rig.directory.path().join(name).display().to_string();
    let second = path("bob.key");
    let made =
        rig.rooted(&["user", "make-admin", "bob", "--out", &second, "--new-passphrase-file", &pass]).await;
    assert_eq!(made.0, 0, "{}", made.2);
    bobs.sync().await;
    assert_eq!(bobs.directory.policy().unwrap().admins.len(), 2, "every client sees the new admin");
    assert_eq!(rig.tool(&["user", "show", "bob"]).await.1["role"], "admin");

    let (key, out) = (rig.admin_key.display().to_string(), path("reset.json"));
    let first = ["--yes", "--key", &key, "--passphrase-file", &pass];
    let others = ["--yes", "--key", &second, "--passphrase-file", &pass];
    let reset = ["user", "reset", "alice"];
    assert_eq!(rig.tool(&[&reset[..], &first].concat()).await.0, 75, "one person is not enough");
    let request = rig.tool(&[&reset[..], &first, &["--request-out", &out]].concat()).await;
    assert_eq!(request.0, 0, "{}", request.2);
    let code = ResetCode::parse(request.1["code"].as_str().unwrap()).unwrap();
    assert_eq!(rig.tool(&["key", "submit", &out]).await.0, 75);
    let sign = ["key", "sign", &out];
    assert_eq!(rig.tool(&[&sign[..], &first].concat()).await.0, 6, "the same key twice");
    // A request that was altered on the way is refused by the server, whoever signs it.
    let text = std::fs::read_to_string(&out).unwrap();
    let altered = path("altered.json");
    std::fs::write(&altered, text.replace("\"alice\"", "\"bob\"")).unwrap();
    assert_eq!(rig.tool(&[&["key", "sign", &altered][..], &others].concat()).await.0, 0);
    assert_eq!(rig.tool(&["key", "submit", &altered]).await.0, 5);
    for bad in ["", "{}", "\u{202e}", &text[..text.len() / 2]] {
        std::fs::write(&altered, bad).unwrap();
        assert_eq!(rig.tool(&["key", "submit", &altered]).await.0, 12, "{bad:?}");
    }
    assert_eq!(rig.tool(&["key", "submit", &path("none.json")]).await.0, 4);

    let signed = rig.tool(&[&sign[..], &others].concat()).await;
    assert_eq!((signed.0, &signed.1["signed"]), (0, &2.into()), "{}", signed.2);
    let done = rig.tool(&["key", "submit", &out]).await;
    assert_eq!(done.0, 0, "{}", done.2);
    ended(&mut desk).await;
    bobs.sync().await;
    let granted = bobs.directory.user_by_name("alice").unwrap().open_reset.unwrap();
    assert!(granted.second.is_some());
    assert_eq!(code.grant_key(&alice.org, &alice.user).public(), granted.grant.grant);

    // Nobody resets themselves, and the last admin stays.
    assert_eq!(rig.rooted(&["policy", "set", "reset_admins", "1"]).await.0, 0);
    assert_eq!(rig.tool(&[&["user", "reset", "bob"][..], &others].concat()).await.0, 5);
    assert_eq!(rig.rooted(&["user", "remove-admin", "bob"]).await.0, 0);
    assert_eq!(rig.rooted(&["user", "remove-admin", "bob"]).await.0, 6);
    let left = rig.tool(&["key", "list"]).await.1;
    let public = left[0]["key"].as_str().unwrap();
    assert_eq!(rig.rooted(&["key", "revoke", public]).await.0, 5, "the last key");
    assert_eq!(rig.rooted(&["key", "revoke", "no-such-key"]).await.0, 4);
    bobs.sync().await;
    assert_eq!(bobs.directory.policy().unwrap().admins.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kick_ends_sessions_refuses_login_until_its_end_and_writes_no_leaf() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let leaves = rig.tool(&["status"]).await.1["leaves"].clone();
    let started = Instant::now();
    let (code, kicked, said) = rig.tool(&["session", "kick", "alice", "1h", "--reason", "looking"]).await;
    assert_eq!((code, &kicked["sessions_closed"]), (0, &1.into()), "{said}");
    let news = ended(&mut desk).await;
    assert_eq!(ErrorCode::from_number(news.code), Some(ErrorCode::AuthKicked));
    assert!(news.until_ms.abs_diff(now() + 3_600_000) < 60_000, "the person sees until when");
    net.closed().await;
    assert!(started.elapsed() < Duration::from_secs(5));

    // Also after a restart: with both factors right they read until when; with a wrong password nothing.
    rig.restart().await;
    let net = alice.device.connect(&rig).await;
    let recovery = alice.codes[0].clone();
    let (code, wait) = refusal(alice.log_in(&net, Factor::RecoveryCode, &recovery).await);
    assert_eq!(code, Some(ErrorCode::AuthKicked));
    assert!((3_500_000..=3_600_000).contains(&wait), "{wait}");
    let right = std::mem::replace(&mut alice.password, Password::new("a wrong password"));
    assert_eq!(
        refusal(alice.log_in(&net, Factor::RecoveryCode, b"0000000000").await).0,
        Some(ErrorCode::AuthRefused)
    );
    alice.password = right;
    // The computer does not come back by its old session either.
    let invite = rig.invite("bob").await;
    let mut desk = Desk::open(&net, &invite).await;
    assert_eq!(
        desk.failure(Call::GetLeaves(conclave_proto::schema::GetLeaves { first: 0 })).await,
        ErrorCode::ApiLogin
    );
    drop(desk);

    assert_eq!(rig.tool(&["session", "kick", "alice", "0"]).await.0, 0);
    alice.log_in_now(&net).await;
    assert_eq!(rig.tool(&["status"]).await.1["leaves"].as_u64(), leaves.as_u64().map(|count| count + 1));
    for (args, expected) in [
        (&["session", "kick", "alcie", "1h"][..], 4),
        (&["session", "kick", "alice", "50d"], 2),
        (&["session", "kick", "alice", "soon"], 2),
        (&["session", "kick", "alice"], 2),
        (&["session", "kick", "--all", "1h"], 8),
        (&["session", "kick", "--all", "1h", "--dry-run"], 0),
        (&["session", "show", "00"], 4),
    ] {
        assert_eq!(rig.tool(args).await.0, expected, "{args:?}");
    }
    let listed = rig.tool(&["session", "list"]).await.1;
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(rig.tool(&["session", "show", id]).await.1["user"], "alice");
    let all = rig.tool(&["session", "kick", "--all", "1h", "--yes"]).await.1;
    assert_eq!(all["sessions_closed"], 1);
    assert_eq!(rig.tool(&["session", "list"]).await.1, serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ban_with_an_end_is_lifted_when_it_comes() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (mut bob, _bobs_net, mut bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    desk.sync().await;
    rig.signed(&["ban", "add", "bob", "--for", "2s"]).await;
    ended(&mut bobs).await;
    desk.sync().await;
    assert!(desk.directory.user_by_name("bob").unwrap().banned.is_some());
    let size = desk.directory.size();
    // Every client is told, by a leaf of the directory key.
    desk.wait(|news| match news {
        News::Leaves(leaves) if leaves.size > size => Some(()),
        _ => None,
    })
    .await;
    desk.sync().await;
    assert!(desk.directory.user_by_name("bob").unwrap().banned.is_none());
    assert!(desk.directory.active(&bob.device.id).is_some());
    bob.log_in_now(&bob.device.connect(&rig).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_invite_lets_nobody_in_and_a_company_link_as_many_as_it_says() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let invite = rig.invite("bob").await;
    let listed = rig.tool(&["invite", "list"]).await.1;
    let id = listed[0]["id"].as_str().unwrap().to_owned();
    assert_eq!((&listed[0]["user"], &listed[0]["state"]), (&"bob".into(), &"open".into()));
    let mut bob = Person::new(&invite, "bob", "a long password 2");
    let net = bob.device.connect(&rig).await;
    bob.make_login(&net, invite.login_token().expose()).await;
    let second = rig.invite("carol").await;
    assert_eq!(rig.tool(&["invite", "show", "caro"]).await.0, 4);
    let revoked = rig.signed(&["invite", "revoke", "carol"]).await;
    assert!(revoked["leaf"].is_u64(), "{revoked}");
    let stranger = Device::new().connect(&rig).await;
    let mut other = Desk::open(&stranger, &second).await;
    assert_eq!(other.failure(Call::LookUpInvite(look_up(&second))).await, ErrorCode::AccountInvite);
    desk.sync().await;
    let grant = desk.directory.invite(&second.grant_key().public()).unwrap();
    assert!(grant.withdrawn, "every client sees the withdrawal");
    assert_eq!(rig.tool(&["invite", "revoke", &id, "--yes"]).await.0, 4, "used up");

    let made = rig.signed(&["invite", "company", "--uses", "2", "--expires", "1d"]).await;
    let link = Invite::parse(made["link"].as_str().unwrap()).unwrap().invite;
    for name in ["dora", "emil"] {
        let mut person = Person::new(&link, name, "a long password 3");
        let net = person.device.connect(&rig).await;
        let mut own = Desk::open(&net, &link).await;
        let Outcome::Invite(found) = own.call(Call::LookUpInvite(look_up(&link))).await else { panic!() };
        assert_eq!(found.user_name, "");
        person.make_login(&net, link.login_token().expose()).await;
        own.append(person.granted(&link)).await.unwrap();
    }
    let late = Device::new().connect(&rig).await;
    let mut own = Desk::open(&late, &link).await;
    assert_eq!(own.failure(Call::LookUpInvite(look_up(&link))).await, ErrorCode::AccountInvite);
    for (args, expected) in [
        (&["invite", "company", "--uses", "0"][..], 2),
        (&["invite", "company", "--uses", "70000"], 2),
        (&["invite", "purge"], 2),
        (&["invite", "purge", "--expired"], 0),
        (&["invite", "show", "\u{202e}\u{1b}[2J"], 4),
        (&["invite", "revoke", "nobody"], 4),
    ] {
        let (code, _, said) = rig.tool(args).await;
        assert_eq!(code, expected, "{args:?}");
        assert!(!said.contains('\u{1b}'), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_changes_need_the_root_key_and_reach_every_client() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let shown = rig.tool(&["policy", "show"]).await.1;
    assert_eq!((&shown["seq"], &shown["values"]["enrolment"]), (&1.into(), &"grant".into()));
    let tried = rig.rooted(&["policy", "set", "lease", "12h", "--dry-run"]).await;
    assert_eq!((tried.0, &tried.1["dry_run"]), (0, &true.into()), "{}", tried.2);
    for (key, value) in [("lease", "12h"), ("enrolment", "auto"), ("box_parcel_max", "1MiB"), ("lan", "no")] {
        let (code, _, said) = rig.rooted(&["policy", "set", key, value]).await;
        assert_eq!(code, 0, "{key}: {said}");
    }
    desk.sync().await;
    let policy = desk.directory.policy().unwrap();
    assert_eq!((policy.seq, policy.lease_ttl_s, policy.box_parcel_max), (5, 43_200, 1 << 20));
    assert!(matches!(policy.enrolment, Enrolment::Auto(_)) && !policy.lan);
    for (args, expected) in [
        (["policy", "set", "lease", "12h"], 6),
        (["policy", "set", "leese", "12h"], 4),
        (["policy", "set", "lease", "\u{202e}12h"], 2),
        (["policy", "set", "reset_admins", "3"], 2),
        (["policy", "set", "file_max", "-1"], 2),
    ] {
        assert_eq!(rig.rooted(&args).await.0, expected, "{args:?}");
    }
    let wrong = rig.directory.path().join("wrong");
    std::fs::write(&wrong, "not it").unwrap();
    let wrong = wrong.display().to_string();
    let root = rig.admin_key.with_file_name("root.key").display().to_string();
    let set = ["policy", "set", "lease", "6h", "--yes", "--root-passphrase-file", &wrong, "--root"];
    assert_eq!(rig.tool(&[&set[..], &[&root]].concat()).await.0, 5);
    let admin = rig.admin_key.display().to_string();
    assert_eq!(rig.tool(&[&set[..], &[&admin]].concat()).await.0, 5, "another kind of key");
    assert_eq!(rig.tool(&[&set[..], &["/none"]].concat()).await.0, 4);
    assert_eq!(rig.tool(&["policy", "show"]).await.1["seq"], 5, "none of these changed anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_a_copy_and_is_erased() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (_bob, _bobs_net, mut bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    let out = rig.directory.path().join("alice.zip").display().to_string();
    assert_eq!(rig.tool(&["user", "export", "alice", "--out", &out]).await.0, 0);
    assert_eq!(rig.tool(&["user", "export", "alice", "--out", &out]).await.0, 6, "never overwrites");
    assert_eq!(rig.tool(&["user", "export", "alcie", "--out", "/tmp/none.zip"]).await.0, 4);
    let bytes = std::fs::read(&out).unwrap();
    let has = |words: &str| bytes.windows(words.len()).any(|part| part == words.as_bytes());
    assert!(bytes.starts_with(b"PK\x03\x04") && has("export.json") && has("export.html") && has("OPAQUE"));
    assert!(!has(&data_encoding::HEXLOWER.encode(&alice.totp)), "no secret in it");

    let erased = rig.signed(&["user", "erase", "alice"]).await;
    assert_eq!(erased["sessions_closed"], 1);
    ended(&mut desk).await;
    bobs.sync().await;
    let ban = bobs.directory.user_by_name("alice").unwrap().banned.unwrap();
    assert_eq!((ban.reason, ban.until), (BanReason::Closed, 0), "every client sees the closed account");
    let net = alice.device.connect(&rig).await;
    let code = alice.code();
    alice.log_in(&net, Factor::Totp, &code).await.refused();
    let shown = rig.tool(&["user", "show", "alice"]).await.1;
    assert_eq!((&shown["has_login"], &shown["state"]), (&false.into(), &"banned".into()));
    let (key, pass) = (rig.admin_key.display().to_string(), rig.pass().display().to_string());
    let again = ["user", "invite", "alice", "--key", &key, "--passphrase-file", &pass];
    assert_eq!(rig.tool(&again).await.0, 6, "the name is never given again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_kept_out_by_hand_and_hostile_values_change_nothing() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, _desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let add = ["ban", "add", "--address", "192.0.2.0/24", "--for", "1h", "--reason", "noise"];
    assert_eq!(rig.tool(&add).await.0, 8, "somebody has to confirm");
    assert_eq!(rig.tool(&[&add[..], &["--yes"]].concat()).await.0, 0);
    assert_eq!(rig.tool(&[&add[..], &["--yes"]].concat()).await.0, 6);
    rig.restart().await;
    let bans = rig.tool(&["ban", "list"]).await.1;
    assert_eq!((&bans[0]["address"], &bans[0]["reason"]), (&"192.0.2.0/24".into(), &"noise".into()));
    assert_eq!(rig.tool(&["ban", "show", "192.0.2.0/24"]).await.0, 0);
    assert_eq!(rig.tool(&["ban", "lift", "192.0.2.0/24"]).await.0, 0);
    assert_eq!(rig.tool(&["ban", "lift", "192.0.2.0/24"]).await.0, 4);

    // Nobody locks the machine itself out.
    for own in ["127.0.0.1", "127.0.0.0/8", "::1", "0.0.0.0/0"] {
        assert_eq!(rig.tool(&["ban", "add", "--address", own, "--yes"]).await.0, 2, "{own}");
    }

    let status = rig.tool(&["status"]).await.1;
    let long = "x".repeat(100_000);
    for name in ["\u{1b}]0;evil\u{7}", "\u{202e}ecila", "../../etc/passwd", "", "al ice", &long, "ALICE\n"] {
        for args in [
            &["user", "show", name][..],
            &["user", "reset", name, "--yes"],
            &["user", "erase", name, "--yes"],
            &["user", "unlock", name],
            &["user", "make-admin", name, "--yes"],
            &["ban", "add", name, "--yes"],
            &["ban", "lift", name],
            &["ban", "show", name],
            &["session", "kick", name, "1h"],
            &["session", "end", name],
            &["invite", "revoke", name, "--yes"],
            &["user", "list", "--reason", name],
            &["ban", "add", "--address", name, "--yes"],
            &["key", "add", name, "--yes"],
            &["policy", "set", name, "1", "--yes"],
            &["key", "rotate", name],
            &["key", "rotate", "directory", "--root", name],
            &["stats", "usage", name],
            &["stats", "top", name],
            &["stats", "watch", name],
            &["user", "erase", name, "--after", "1h", "--yes"],
            &["user", "erase", "alice", "--after", name, "--yes"],
            &["user", "invite", "--csv", name, "--links", "/nowhere/links"],
            &["invite", "open", name, "--passphrase-file", name],
            &["directory", "import", "--from-client", name],
        ] {
            let (code, _, said) = rig.tool(args).await;
            let fine = args.contains(&"--reason") && !name.is_empty() && !name.chars().any(char::is_control);
            assert!(code != 0 || (fine && name.chars().count() <= 500), "{args:?}");
            assert!(said.len() < 4_000, "{} bytes", said.len());
            assert!(!said.contains('\u{1b}') && !said.contains('\u{7}'), "{said:?}");
        }
    }
    let after = rig.tool(&["status"]).await.1;
    assert_eq!((&status["leaves"], &status["bans"]), (&after["leaves"], &after["bans"]));
    // A megabyte straight into the socket.
    let name = "x".repeat(1_000_000);
    let reply = rig.admin(serde_json::json!({ "op": "user_show", "name": name })).await;
    assert_eq!(reply["error"]["code"], "not_found");
    assert!(reply.to_string().len() < 4_000);
    let nobody = rig.admin(serde_json::json!({ "op": "invite_many", "invites": [] })).await;
    assert_eq!(nobody["error"]["code"], "usage");
    let late = serde_json::json!({ "op": "erase", "name": "alice", "leaf": "", "at": u64::MAX });
    assert_eq!(rig.admin(late).await["error"]["code"], "usage");
    let nested = serde_json::json!({ "op": "status" });
    let with = |request| serde_json::json!({ "op": "with", "dry_run": false, "reason": null, "key": null, "request": request });
    assert_eq!(rig.admin(with(with(nested))).await["error"]["code"], "usage");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_directory_key_signs_after_key_rotate_and_clients_go_on() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    desk.sync().await;
    let first = desk.directory.server_keys().to_vec();
    let keys = rig.directory.path().join("data/server.keys");
    let before = std::fs::read(&keys).unwrap();
    assert_eq!(rig.rooted(&["key", "rotate", "directory", "--dry-run"]).await.0, 0);
    assert_eq!(std::fs::read(&keys).unwrap(), before, "a dry run draws no key");

    let (code, done, said) = rig.rooted(&["key", "rotate", "directory"]).await;
    assert_eq!(code, 0, "{said}");
    assert!(done["former_until"].is_string(), "{done}");
    desk.sync().await;
    let both = desk.directory.server_keys().to_vec();
    assert_eq!((first.len(), both.len()), (1, 2));
    // The client has adopted a head that the new key signed, and gets a lease by it.
    let note = desk.directory.head().unwrap();
    assert!(note.verify(&alice.org, &both[1].key).is_ok(), "{}", note.text());
    let org = alice.org;
    let lease = |result: &conclave_crypto::login::LoginResult| {
        conclave_crypto::lease::Lease::parse(&org, &result.lease).unwrap()
    };
    let result = alice.log_in_now(&net).await;
    assert!(lease(&result).verify(&both[1].key).is_ok() && lease(&result).verify(&first[0].key).is_err());
    let until = rig.tool(&["status"]).await.1["server_key_until"].clone();
    assert_eq!(until, done["until"], "status warns by the new end");

    // Nobody puts a key of their own in force, nor the one of before.
    let leaf = rig.admin(serde_json::json!({ "op": "key_rotate", "which": "directory", "leaf": "00" })).await;
    assert!(leaf["error"].is_object(), "{leaf}");
    let none = serde_json::json!({ "op": "key_rotate", "which": "directory", "leaf": null });
    assert!(rig.admin(none).await["error"].is_object());
    rig.restart().await;
    let net = alice.device.connect(&rig).await;
    let result = alice.log_in_now(&net).await;
    assert!(lease(&result).verify(&both[1].key).is_ok(), "also after a restart");

    // The transport key is pinned by links and clients: an answer in words, and nothing else.
    let before = std::fs::read(&keys).unwrap();
    let (code, _, said) = rig.rooted(&["key", "rotate", "server"]).await;
    let refused: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &refused["error"]["code"]), (5, &"refused".into()), "{refused}");
    assert!(refused["error"]["hint"].as_str().unwrap().contains("login-server init"), "{refused}");
    assert_eq!(std::fs::read(&keys).unwrap(), before);

    // The enrolment key: without a leaf while no policy names it, with one afterwards.
    let named = |json: &serde_json::Value| json["enrolment_key"].as_str().unwrap().to_owned();
    let old = named(&rig.tool(&["policy", "show"]).await.1);
    let (code, done, said) = rig.rooted(&["key", "rotate", "enrolment"]).await;
    assert_eq!((code, &done["leaf"]), (0, &serde_json::Value::Null), "{said}");
    let second = named(&rig.tool(&["policy", "show"]).await.1);
    assert_ne!(old, second);
    assert_eq!(rig.rooted(&["policy", "set", "enrolment", "auto"]).await.0, 0);
    let (code, done, said) = rig.rooted(&["key", "rotate", "enrolment"]).await;
    assert!(code == 0 && done["leaf"].is_u64(), "{said}");
    let third = named(&rig.tool(&["policy", "show"]).await.1);
    assert!(third != second && done["key"] == third.as_str());
    let invite = rig.invite("bob").await;
    let mut bob = Person::new(&invite, "bob", "a long password 2");
    let net = bob.device.connect(&rig).await;
    bob.make_login(&net, invite.login_token().expose()).await;
    Desk::open(&net, &invite).await.append(bob.unadmitted()).await.unwrap();
    let audit = std::fs::read_to_string(rig.directory.path().join("data/audit.jsonl")).unwrap();
    assert_eq!(audit.matches("\"key.rotate\"").count(), 3);
}

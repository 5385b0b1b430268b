//! `user invite --csv` and `invite open`.

use conclave_crypto::invite::Invite;
use login_server::EnrolmentMode;

use crate::person::{Desk, Person};
use crate::rig::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_people_is_invited_as_a_whole_or_not_at_all() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, _desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    std::fs::write(rig.pass(), crate::rig::PASSPHRASE).unwrap();
    let path = |name: &str| rig.directory.path().join(name).display().to_string();
    let (list, links, pass) = (path("people.csv"), path("links.sealed"), rig.pass().display().to_string());
    let (key, many) = (rig.admin_key.display().to_string(), "x\n".repeat(200_000));
    let with =
        ["--links", &links, "--links-passphrase-file", &pass, "--key", &key, "--passphrase-file", &pass];
    let invite = [&["user", "invite", "--csv", &list][..], &with].concat();
    let before = rig.tool(&["status"]).await.1["leaves"].clone();
    for (text, expected) in [
        ("", 2),
        ("name\n", 2),
        ("bob\nbob\n", 2),
        ("bob\nal ice\n", 2),
        ("bob,40d\n", 2),
        ("bob,2d,Finance\n", 2),
        ("\u{202e}bob\n", 2),
        ("bob\n\u{1b}[2J\n", 2),
        (&many, 2),
        ("bob\nalice\n", 6),
    ] {
        std::fs::write(&list, text).unwrap();
        let (code, _, said) = rig.tool(&invite).await;
        assert_eq!(code, expected, "{:?}: {said}", text.get(..20));
        assert!(!std::path::Path::new(&links).exists(), "no file of links that let nobody in");
    }
    std::fs::write(&list, [0xff, 0xfe, b'b']).unwrap();
    assert_eq!(rig.tool(&invite).await.0, 2);
    std::fs::write(&list, "name,expires\r\nbob,2d\r\n\"carol\",\r\n").unwrap();
    assert_eq!(rig.tool(&[&invite[..], &["--request-out", &path("r.json")]].concat()).await.0, 2);
    assert_eq!(rig.tool(&[&invite[..], &["--dry-run"]].concat()).await.0, 0);
    assert_eq!(rig.tool(&["status"]).await.1["leaves"], before, "none of these wrote a leaf");
    assert_eq!(rig.tool(&["invite", "list"]).await.1, serde_json::json!([]));

    let (code, made, said) = rig.tool(&invite).await;
    assert_eq!((code, &made["users"]), (0, &serde_json::json!(["bob", "carol"])), "{said}");
    assert_eq!(rig.tool(&["status"]).await.1["leaves"].as_u64(), before.as_u64().map(|leaves| leaves + 2));
    assert_eq!(rig.tool(&invite).await.0, 6, "never overwrites");
    let sealed = std::fs::read_to_string(&links).unwrap();
    assert!(!sealed.contains("conclave://") && !sealed.contains("carol"));
    let wrong = path("wrong");
    std::fs::write(&wrong, "not it").unwrap();
    assert_eq!(rig.tool(&["invite", "open", &links, "--passphrase-file", &wrong]).await.0, 5);
    for bad in ["", "{}", &sealed[..sealed.len() / 2]] {
        std::fs::write(path("altered"), bad).unwrap();
        assert_eq!(rig.tool(&["invite", "open", &path("altered"), "--passphrase-file", &pass]).await.0, 12);
    }
    let (code, opened, said) = rig.tool(&["invite", "open", &links, "--passphrase-file", &pass]).await;
    assert_eq!((code, opened.as_array().unwrap().len()), (0, 2), "{said}");

    let alone = |name| [["user", "invite", name], ["--key", &key, "--passphrase-file"]].concat();
    for (name, expected) in [("b0b", 6), ("a1ice", 6), ("Bob", 0)] {
        let (code, _, said) = rig.tool(&[&alone(name)[..], &[&pass]].concat()).await;
        assert_eq!(code, expected, "{name}: {said}");
    }

    // A link of it is a link as any other.
    let invite = Invite::parse(opened[1]["link"].as_str().unwrap()).unwrap().invite;
    let mut carol = Person::new(&invite, "carol", "a long password 3");
    let net = carol.device.connect(&rig).await;
    carol.make_login(&net, invite.login_token().expose()).await;
    Desk::open(&net, &invite).await.append(carol.granted(&invite)).await.unwrap();
    assert_eq!(rig.tool(&["user", "show", "carol"]).await.1["has_login"], true);
}

//! OPAQUE from both ends (PROTOCOL §2.11), the frames, and what fits of the RFC 9807 vectors.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its support functions too"
)]

#[path = "vector/input.rs"]
#[allow(dead_code, reason = "shared with the vector tests, which use all of it")]
mod input;

use conclave_crypto::keys::{DeviceId, OrgId, TransportSecret, UserId};
use conclave_crypto::login::{
    ChannelKeys, Confirm, Factor, LoggingIn, LoginFrame, LoginName, LoginRecord, LoginResult, LoginServer,
    Proof, RecordChoice, Refused, Registering, SessionKey,
};
use conclave_crypto::password::Password;
use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use input::{Fixed, TestRng};
use proptest::prelude::*;

fn org() -> OrgId {
    OrgId::new([9; 16])
}

fn name(text: &str) -> LoginName {
    LoginName::parse(text).unwrap()
}

fn register(server: &LoginServer, user: &LoginName, password: &Password, rng: &mut TestRng) -> LoginRecord {
    let (registering, request) = Registering::start(password, rng).unwrap();
    let response = server.register(user, &request).unwrap();
    LoginRecord::parse(&registering.finish(password, &org(), user, &response, rng).unwrap()).unwrap()
}

fn log_in(
    server: &LoginServer,
    user: &LoginName,
    record: Option<&LoginRecord>,
    password: &Password,
    rng: &mut TestRng,
) -> Result<(SessionKey, SessionKey), Refused> {
    let (client, ke1) = LoggingIn::start(password, rng)?;
    let (challenged, ke2) = server.start(user, record, &ke1, rng)?;
    let client = client.finish(password, &org(), user, &ke2, rng)?;
    Ok((client.session, challenged.finish(&client.ke3)?))
}

#[test]
fn the_right_password_gives_both_sides_one_key() {
    let mut rng = TestRng::new("login/right");
    let server = LoginServer::generate(org(), &mut rng).unwrap();
    let (user, password) = (name("Ada.L"), Password::new("№ 1"));
    assert_eq!(user.as_str(), "ada.l");
    let record = register(&server, &user, &password, &mut rng);
    // The server is restarted and reads everything back.
    let server = LoginServer::from_bytes(org(), &server.to_bytes().unwrap()).unwrap();
    let record = LoginRecord::parse(record.as_bytes()).unwrap();
    let typed_elsewhere = Password::new("No 1");
    let (client, at_server) = log_in(&server, &user, Some(&record), &typed_elsewhere, &mut rng).unwrap();
    assert_eq!(client, at_server);
    let (again, _) = log_in(&server, &user, Some(&record), &password, &mut rng).unwrap();
    assert_ne!(client, again);
}

#[test]
fn everything_else_is_refused_alike() {
    let mut rng = TestRng::new("login/wrong");
    let server = LoginServer::generate(org(), &mut rng).unwrap();
    let (user, password) = (name("ada"), Password::new("secret"));
    let record = register(&server, &user, &password, &mut rng);
    let wrong = Password::new("Secret");
    let other_server = LoginServer::generate(org(), &mut rng).unwrap();
    let other_org = LoginServer::from_bytes(OrgId::new([8; 16]), &server.to_bytes().unwrap()).unwrap();
    assert_eq!(log_in(&server, &user, Some(&record), &wrong, &mut rng), Err(Refused));
    assert_eq!(log_in(&server, &user, None, &password, &mut rng), Err(Refused));
    assert_eq!(log_in(&server, &name("bob"), Some(&record), &password, &mut rng), Err(Refused));
    assert_eq!(log_in(&other_server, &user, Some(&record), &password, &mut rng), Err(Refused));
    assert_eq!(log_in(&other_org, &user, Some(&record), &password, &mut rng), Err(Refused));
    // A KE3 that proves nothing.
    let (_, ke1) = LoggingIn::start(&password, &mut rng).unwrap();
    let (challenged, _) = server.start(&user, Some(&record), &ke1, &mut rng).unwrap();
    assert_eq!(challenged.finish(&[7; 64]), Err(Refused));
    // An altered KE2.
    let (client, ke1) = LoggingIn::start(&password, &mut rng).unwrap();
    let (_, mut ke2) = server.start(&user, Some(&record), &ke1, &mut rng).unwrap();
    ke2[319] ^= 1;
    assert_eq!(client.finish(&password, &org(), &user, &ke2, &mut rng).unwrap_err(), Refused);
    // A server that sends the client's own element back.
    let (client, ke1) = LoggingIn::start(&password, &mut rng).unwrap();
    let (_, mut ke2) = server.start(&user, Some(&record), &ke1, &mut rng).unwrap();
    ke2[..32].copy_from_slice(&ke1[..32]);
    assert_eq!(client.finish(&password, &org(), &user, &ke2, &mut rng).unwrap_err(), Refused);
}

#[test]
fn an_unknown_name_draws_as_much_and_evaluates_alike() {
    let mut rng = TestRng::new("login/unknown");
    let server = LoginServer::generate(org(), &mut rng).unwrap();
    let (user, password) = (name("ada"), Password::new("secret"));
    let record = register(&server, &user, &password, &mut rng);
    let (_, ke1) = LoggingIn::start(&password, &mut rng).unwrap();
    let answer = |record, label: &str| {
        let mut rng = TestRng::new(label);
        let (_, ke2) = server.start(&user, record, &ke1, &mut rng).unwrap();
        (ke2, rng.blocks())
    };
    let (known, drawn) = answer(Some(&record), "a");
    let (unknown, drawn_unknown) = answer(None, "a");
    assert_eq!(drawn, drawn_unknown);
    assert_ne!(known, unknown);
    // The evaluated element is the same whenever the name is asked for, known or not.
    assert_eq!(known[..32], unknown[..32]);
    assert_eq!(unknown[..32], answer(None, "b").0[..32]);
    // The masked response is not.
    assert_ne!(unknown[64..192], answer(None, "b").0[64..192]);
}

// RFC 9807, C.1.1 (no identities) and C.1.2: ristretto255-SHA512 and 3DH as here, but the identity function as key
// stretching and the context "OPAQUE-POC". What does not depend on these two is compared: the whole registration
// response, and KE2 as far as the server's key share (evaluated element, masking nonce, masked response, server nonce
// and public key share). The envelope, the MACs and the keys depend on them.
#[test]
fn rfc_9807_vectors_hold_where_the_configuration_allows() {
    let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).unwrap();
    let seed = bytes(
        "f433d0227b0b9dd54f7c4422b600e764e47fb503f1f9a0f0a47c6606b054a7fdc65347f1a08f277e22358bbabe26f823fca82c7848e9a75661f4ec5d5c1989ef",
    );
    let private = bytes("47451a85372f8b3537e249d7b54188091fb18edde78094b43e2ba42b5eb89f0d");
    let public = bytes("b2fe7af9f48cc502d016729d2fe25cdd433f2c4bc904660b2a382c9b79df1a78");
    let setup: [u8; 128] = [seed, private, public].concat().try_into().unwrap();
    let server = LoginServer::from_bytes(org(), &Secret::new(setup)).unwrap();
    let user = name("1234");
    let request =
        bytes("5059ff249eb1551b7ce4991f3336205bde44a105a032e747d21bf382e75f7a71").try_into().unwrap();
    let response = bytes(
        "7408a268083e03abc7097fc05b587834539065e86fb0c7b6342fcf5e01e5b019b2fe7af9f48cc502d016729d2fe25cdd433f2c4bc904660b2a382c9b79df1a78",
    );
    assert_eq!(server.register(&user, &request).unwrap().as_slice(), response);

    let ke1 = bytes(
        "c4dedb0ba6ed5d965d6f250fbe554cd45cba5dfcce3ce836e4aee778aa3cd44dda7e07376d6d6f034cfa9bb537d11b8c6b4238c334333d1f0aebb380cae6a6cc6e29bee50701498605b2c085d7b241ca15ba5c32027dd21ba420b94ce60da326",
    );
    let head = "76a845464c68a5d2f7e442436bb1424953b17d3e2e289ccbaccafb57ac5c36751ac5844383c7708077dea41cbefe2fa15724f449e535dd7dd562e66f5ecfb95864eadddec9db5874959905117dad40a4524111849799281fefe3c51fa82785c5ac13171b2f17bc2c74997f0fce1e1f35bec6b91fe2e12dbd323d23ba7a38dfec";
    let cases = [
        (
            "634b0f5b96109c198a8027da51854c35bee90d1e1c781806d07d49b76de6a28b8d9e9b6c93b9f8b64d16dddd9c5bfb5fea48ee8fd2f75012a8b308605cdd8ba5",
            "80188ca46743c52786e0382f95ad85c08f6afcd1ccfbff95e2bdeb015b166c6b20b92f832cc6df01e0b86a7efd92c1c804ff865781fa93f2f20b446c8371b6",
        ),
        (
            "1ac902dc5589e9a5f0de56ad685ea8486210ef41449cd4d8712828913c5d2b680b2b3af4a26c765cff329bfb66d38ecf1d6cfa9e7a73c222c6efe0d9520f7d7c",
            "a502150b67fe36795dd8914f164e49f81c7688a38928372134b7dccd50e09f8fed9518b7b2f94835b3c4fe4c8475e7513f20eb97ff0568a39caee3fd6251876f",
        ),
    ];
    for (mac, masked_tail) in cases {
        let record: [u8; 192] = bytes(&format!("{head}{mac}")).try_into().unwrap();
        let record = LoginRecord::parse(&record).unwrap();
        let masking_nonce = bytes("38fe59af0df2c79f57b8780278f5ae47355fe1f817119041951c80f612fdfc6d");
        let server_nonce = bytes("71cd9960ecef2fe0d0f7494986fa3d8b2bb01963537e60efb13981e138e3d4a1");
        let share_seed = bytes("05a4f54206eef1ba2f615bc0aa285cb22f26d1153b5b40a1e85ff80da12f982f");
        // Our stand-in's masking key, that of opaque-ke's own, then the values of the RFC.
        let mut rng =
            Fixed(vec![vec![1; 64], vec![2; 64], masking_nonce.clone(), share_seed, server_nonce.clone()]);
        let (_, ke2) =
            server.start(&user, Some(&record), &ke1.clone().try_into().unwrap(), &mut rng).unwrap();
        let evaluated = bytes("7e308140890bcde30cbcea28b01ea1ecfbd077cff62c4def8efa075aabcbb471");
        assert_eq!(ke2[..32], evaluated);
        assert_eq!(ke2[32..64], masking_nonce);
        let masked_tail = bytes(masked_tail);
        assert_eq!(ke2[192 - masked_tail.len()..192], masked_tail);
        assert_eq!(ke2[192..224], server_nonce);
        assert_eq!(ke2[224..256], bytes("c4f62198a9d6fa9170c42c3c71f1971b29eb1d5d0bd733e40816c91f7912cc4a"));
    }
}

fn channel(rng: &mut TestRng) -> [ChannelKeys; 2] {
    let (client, server) = (TransportSecret::generate(rng).public(), TransportSecret::generate(rng).public());
    [(); 2].map(|()| SessionKey::new(Secret::new([5; 64])).channel(&org(), &client, &server))
}

#[test]
fn payloads_open_in_their_own_frame_and_connection_only() {
    let mut rng = TestRng::new("login/channel");
    let [client, server] = channel(&mut rng);
    let [elsewhere, _] = channel(&mut rng);
    let proof = Proof {
        factor: Factor::Totp,
        proof: b"123456".to_vec().into(),
        device: DeviceId::new([3; 16]),
        devcert_hash: [4; 32],
    };
    let sealed = client.seal(&proof, &mut rng);
    assert_eq!(server.open::<Proof>(&sealed).unwrap(), proof);
    assert_eq!(server.open::<Confirm>(&sealed).unwrap_err(), Refused);
    assert_eq!(server.open::<LoginResult>(&sealed).unwrap_err(), Refused);
    assert_eq!(elsewhere.open::<Proof>(&sealed).unwrap_err(), Refused);
    assert_ne!(client.seal(&proof, &mut rng), sealed);
    let result = LoginResult {
        user: UserId::new([1; 16]),
        now: 7,
        lease: vec![1; 161],
        totp_secret: vec![2; 20].into(),
        codes: vec![b"0123456789".to_vec(); 10].into(),
    };
    let sealed = server.seal(&result, &mut rng);
    assert_eq!(client.open::<LoginResult>(&sealed).unwrap(), result);
    let confirm = Confirm { totp: b"654321".to_vec().into() };
    let sealed = client.seal(&confirm, &mut rng);
    assert_eq!(server.open::<Confirm>(&sealed).unwrap(), confirm);
}

#[test]
fn payloads_out_of_bounds_are_refused() {
    let mut rng = TestRng::new("login/bounds");
    let [client, server] = channel(&mut rng);
    let proof = |len: usize| Proof {
        factor: Factor::LoginToken,
        proof: vec![0; len].into(),
        device: DeviceId::new([0; 16]),
        devcert_hash: [0; 32],
    };
    assert!(server.open::<Proof>(&client.seal(&proof(16), &mut rng)).is_ok());
    assert!(server.open::<Proof>(&client.seal(&proof(17), &mut rng)).is_err());
    let result = |lease: usize, totp: usize, codes: usize| LoginResult {
        user: UserId::new([0; 16]),
        now: 0,
        lease: vec![0; lease],
        totp_secret: vec![0; totp].into(),
        codes: vec![vec![0; 10]; codes].into(),
    };
    for (lease, totp, codes, fits) in
        [(0, 0, 0, true), (512, 20, 10, true), (513, 0, 0, false), (0, 19, 0, false), (0, 0, 9, false)]
    {
        let sealed = server.seal(&result(lease, totp, codes), &mut rng);
        assert_eq!(client.open::<LoginResult>(&sealed).is_ok(), fits, "{lease} {totp} {codes}");
    }
}

fn frames() -> Vec<LoginFrame> {
    let user = name("ada");
    vec![
        LoginFrame::Register { name: user.clone(), request: [1; 32] },
        LoginFrame::Registered { response: [2; 64] },
        LoginFrame::Record { upload: Box::new([3; 192]) },
        LoginFrame::Login { name: user, record: RecordChoice::Fresh, ke1: Box::new([4; 96]) },
        LoginFrame::Challenge { ke2: Box::new([5; 320]) },
        LoginFrame::Proof { ke3: [6; 64], sealed: vec![7; 120] },
        LoginFrame::Result { sealed: vec![8; 253] },
        LoginFrame::Confirm { sealed: vec![9; 71] },
        LoginFrame::Refused { code: 10, wait_ms: 11 },
    ]
}

#[test]
fn frames_come_back_and_have_the_sizes_of_the_specification() {
    let sizes = [1 + 4 + 32, 65, 193, 1 + 4 + 1 + 96, 321, 1 + 64 + 122, 256, 74, 6];
    for ((frame, size), kind) in frames().into_iter().zip(sizes).zip(1..) {
        let bytes = frame.encode();
        assert_eq!((bytes[0], bytes.len()), (kind, size));
        assert_eq!(LoginFrame::decode(&bytes).unwrap(), frame);
        for length in 0..bytes.len() {
            assert!(LoginFrame::decode(&bytes[..length]).is_err(), "frame {kind} cut to {length}");
        }
        assert!(
            LoginFrame::decode(&[bytes.as_slice(), &[0]].concat()).is_err(),
            "frame {kind} with a byte more"
        );
    }
    assert!(LoginFrame::decode(&[0]).is_err());
    assert!(LoginFrame::decode(&[10]).is_err());
}

#[test]
fn names_are_lower_case_in_frames() {
    for wrong in ["ab", ".ada", "Ada", "ad a", "ad\u{e9}", "a23456789012345678901234567890123"] {
        let mut bytes = vec![1, wrong.len() as u8];
        bytes.extend(wrong.as_bytes());
        bytes.extend([0; 32]);
        assert!(LoginFrame::decode(&bytes).is_err(), "{wrong}");
    }
    assert!(LoginName::parse("Ada").is_ok());
    let mut login = frames()[3].encode();
    login[5] = 2;
    assert!(LoginFrame::decode(&login).is_err(), "a third kind of record");
}

proptest! {
    #[test]
    fn whatever_parses_as_a_frame_encodes_to_the_same_bytes(kind in 0_u8..11, rest in proptest::collection::vec(any::<u8>(), 0..400)) {
        let bytes = [vec![kind], rest].concat();
        if let Ok(frame) = LoginFrame::decode(&bytes) {
            prop_assert_eq!(frame.encode(), bytes);
        }
    }
}

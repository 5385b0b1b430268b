use conclave_crypto::keys::DeviceId;
use conclave_crypto::keys::TransportSecret;
use conclave_crypto::login::{LoggingIn, Registering};
use conclave_crypto::password::Password;

use super::*;
use crate::clock::rng;
use crate::totp::Step;

const ORG: OrgId = OrgId::new([7; 16]);
const NOW: u64 = 1_234_567_890_000;
const CODE: &[u8] = b"005924";

/// A client and a machine, joined without a network.
struct Pair {
    setting: Setting,
    name: LoginName,
    password: Password,
    record: LoginRecord,
}

impl Pair {
    fn new() -> Self {
        let setting = Setting {
            server: Arc::new(LoginServer::generate(ORG, &mut rng()).unwrap()),
            org: ORG,
            client: TransportSecret::generate(&mut rng()).public(),
            server_key: TransportSecret::generate(&mut rng()).public(),
            inside: None,
        };
        let (name, password) = (LoginName::parse("alice").unwrap(), Password::new("a long password"));
        let (registering, request) = Registering::start(&password, &mut rng()).unwrap();
        let response = setting.server.register(&name, &request).unwrap();
        let upload = registering.finish(&password, &ORG, &name, &response, &mut rng()).unwrap();
        Self { setting, name, password, record: LoginRecord::parse(&upload).unwrap() }
    }

    fn machine(&self) -> Login {
        Login::new(self.setting.clone(), Memory::default())
    }

    /// A machine that remembers this record from frame 3.
    fn registered(&self) -> Login {
        let memory = Memory { record: Some((self.name.clone(), self.record.clone(), NOW)), shown: None };
        Login::new(self.setting.clone(), memory)
    }

    /// LOGIN to PROOF; the machine's answer to PROOF, and the channel.
    fn prove(
        &self,
        machine: &mut Login,
        choice: RecordChoice,
        found: Option<LoginRecord>,
        barred: bool,
        factor: Factor,
        proof: &[u8],
    ) -> (Vec<Effect>, ChannelKeys) {
        let (logging_in, ke1) = LoggingIn::start(&self.password, &mut rng()).unwrap();
        let login = LoginFrame::Login { name: self.name.clone(), record: choice, ke1: Box::new(ke1) };
        let effects = step(machine, Input::Frame(login)).unwrap();
        assert!(matches!(effects.as_slice(), [Effect::Find(name)] if *name == self.name));
        let effects = step(machine, Input::Found { record: found, barred }).unwrap();
        let [Effect::Challenge(LoginFrame::Challenge { ke2 })] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        let done = logging_in.finish(&self.password, &ORG, &self.name, ke2, &mut rng()).unwrap();
        let channel = done.session.channel(&ORG, &self.setting.client, &self.setting.server_key);
        let proof = Proof {
            factor,
            proof: Zeroizing::new(proof.to_vec()),
            device: DeviceId::new([0; 16]),
            devcert_hash: [0; 32],
        };
        let sealed = channel.seal(&proof, &mut rng());
        let effects = step(machine, Input::Frame(LoginFrame::Proof { ke3: done.ke3, sealed })).unwrap();
        (effects, channel)
    }
}

fn step(machine: &mut Login, input: Input) -> Result<Vec<Effect>, OutOfOrder> {
    machine.handle(input, NOW, &mut rng())
}

fn is_refused(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Refuse])
}

fn result(effects: &[Effect], channel: &ChannelKeys) -> LoginResult {
    let Some(Effect::Send(LoginFrame::Result { sealed })) = effects.first() else { panic!("{effects:?}") };
    channel.open(sealed).unwrap()
}

#[test]
fn nothing_is_made_before_confirm_proves_a_code() {
    let pair = Pair::new();
    let mut machine = pair.registered();
    let (effects, channel) =
        pair.prove(&mut machine, RecordChoice::Fresh, None, false, Factor::LoginToken, &[5; 16]);
    assert!(matches!(effects.as_slice(), [Effect::FindToken(_, hash)] if *hash == TokenHash::of(&[5; 16])));
    let effects = step(&mut machine, Input::Token(Some(TokenKind::New))).unwrap();
    let shown = result(&effects, &channel);
    assert_eq!((effects.len(), shown.totp_secret.len(), shown.codes.len()), (1, 20, 0));
    assert!(machine.awaits_confirm());

    // Dying here asks for nothing to be made. A wrong code neither.
    let wrong = channel.seal(&Confirm { totp: Zeroizing::new(b"000000".to_vec()) }, &mut rng());
    assert!(is_refused(&step(&mut machine, Input::Frame(LoginFrame::Confirm { sealed: wrong })).unwrap()));

    // The same secret again on this connection, and the right code: now, and only now, it is made.
    let mut machine = Login::new(pair.setting.clone(), machine.into_memory());
    let (_, channel) =
        pair.prove(&mut machine, RecordChoice::Fresh, None, false, Factor::LoginToken, &[5; 16]);
    let effects = step(&mut machine, Input::Token(Some(TokenKind::New))).unwrap();
    assert_eq!(result(&effects, &channel).totp_secret, shown.totp_secret);
    let secret: [u8; 20] = shown.totp_secret.as_slice().try_into().unwrap();
    let code = (0..1_000_000_u32)
        .map(|code| format!("{code:06}"))
        .find(|code| totp::check(&Secret::new(secret), code.as_bytes(), NOW, None).is_some())
        .unwrap();
    let confirm = Confirm { totp: Zeroizing::new(code.into_bytes()) };
    let sealed = channel.seal(&confirm, &mut rng());
    let effects = step(&mut machine, Input::Frame(LoginFrame::Confirm { sealed })).unwrap();
    let [Effect::Create(name, account, _)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((name, account.recovery.len()), (&pair.name, recovery::COUNT));
    // The step of the confirming code is used up with it.
    assert!(account.last_step.is_some_and(|step| step >= Step(NOW / 30_000 - 1)));
    let kept: Vec<[u8; 32]> = account.recovery.iter().map(|hash| *hash.as_bytes()).collect();

    let effects = step(&mut machine, Input::Answer(true)).unwrap();
    assert!(matches!(effects.as_slice(), [Effect::Open(_)]));
    let effects =
        step(&mut machine, Input::Opened { user: UserId::new([0; 16]), lease: Vec::new() }).unwrap();
    assert!(matches!(effects.last(), Some(Effect::Done)));
    let codes = result(&effects, &channel).codes;
    let hashes: Vec<[u8; 32]> =
        codes.iter().map(|code| *RecoveryCode::parse(code).unwrap().hash().as_bytes()).collect();
    assert_eq!(hashes, kept);
}

#[test]
fn a_token_spent_meanwhile_lets_nobody_in() {
    let pair = Pair::new();
    let mut machine = pair.registered();
    let (_, _) = pair.prove(&mut machine, RecordChoice::Fresh, None, false, Factor::LoginToken, &[5; 16]);
    assert!(is_refused(&step(&mut machine, Input::Token(None)).unwrap()));
    assert!(step(&mut machine, Input::Token(Some(TokenKind::New))).is_err());
}

#[test]
fn a_banned_account_is_refused_after_the_right_proof_and_its_code_is_not_tried() {
    let pair = Pair::new();
    let mut machine = pair.machine();
    let (effects, _) =
        pair.prove(&mut machine, RecordChoice::Stored, Some(pair.record.clone()), true, Factor::Totp, CODE);
    assert!(is_refused(&effects));
}

#[test]
fn a_wrong_password_or_channel_is_refused_and_no_code_is_tried() {
    let pair = Pair::new();
    for (ke3, sealed) in [([7; 64], vec![1; 160]), ([0; 64], Vec::new())] {
        let mut machine = pair.machine();
        let (_, ke1) = LoggingIn::start(&pair.password, &mut rng()).unwrap();
        let login =
            LoginFrame::Login { name: pair.name.clone(), record: RecordChoice::Stored, ke1: Box::new(ke1) };
        step(&mut machine, Input::Frame(login)).unwrap();
        step(&mut machine, Input::Found { record: Some(pair.record.clone()), barred: false }).unwrap();
        assert!(is_refused(&step(&mut machine, Input::Frame(LoginFrame::Proof { ke3, sealed })).unwrap()));
    }
    // The same login over another connection's key: the channel does not open.
    let mut machine = pair.machine();
    let elsewhere = Pair {
        setting: Setting { client: TransportSecret::generate(&mut rng()).public(), ..pair.setting.clone() },
        name: pair.name.clone(),
        password: Password::new("a long password"),
        record: pair.record.clone(),
    };
    let (effects, _) = elsewhere.prove(
        &mut machine,
        RecordChoice::Stored,
        Some(pair.record.clone()),
        false,
        Factor::Totp,
        CODE,
    );
    assert!(is_refused(&effects));
}

#[test]
fn a_fresh_record_needs_the_token_or_the_session_of_the_account() {
    let mut pair = Pair::new();
    for factor in [Factor::Totp, Factor::RecoveryCode] {
        let mut machine = pair.registered();
        let (effects, _) = pair.prove(&mut machine, RecordChoice::Fresh, None, false, factor, CODE);
        assert!(is_refused(&effects), "{factor:?}");
    }
    pair.setting.inside = Some(LoginName::parse("bob").unwrap());
    let mut machine = pair.registered();
    let (effects, _) = pair.prove(&mut machine, RecordChoice::Fresh, None, false, Factor::Totp, CODE);
    assert!(is_refused(&effects), "the session of somebody else");
    pair.setting.inside = Some(pair.name.clone());
    let mut machine = pair.registered();
    let (effects, _) = pair.prove(&mut machine, RecordChoice::Fresh, None, false, Factor::Totp, CODE);
    assert!(matches!(effects.as_slice(), [Effect::Check(_, Factor::Totp, _)]));
    let effects = step(&mut machine, Input::Answer(true)).unwrap();
    assert!(matches!(effects.as_slice(), [Effect::Replace(_, record)] if **record == pair.record));
    let effects = step(&mut machine, Input::Answer(true)).unwrap();
    assert!(matches!(effects.as_slice(), [Effect::Open(entry)] if entry.ends_others));
}

#[test]
fn a_token_with_the_stored_record_puts_another_phone_in_its_place_and_does_nothing_else() {
    let pair = Pair::new();
    let prove = |stored: Option<LoginRecord>, choice| {
        let mut machine = match choice {
            RecordChoice::Fresh => pair.registered(),
            RecordChoice::Stored => pair.machine(),
        };
        let (effects, _) = pair.prove(&mut machine, choice, stored, false, Factor::LoginToken, &[5; 16]);
        (machine, effects)
    };
    for kind in [None, Some(TokenKind::New), Some(TokenKind::Reset), Some(TokenKind::Phone)] {
        let (mut machine, effects) = prove(Some(pair.record.clone()), RecordChoice::Stored);
        assert!(matches!(effects.as_slice(), [Effect::FindToken(..)]), "{effects:?}");
        let effects = step(&mut machine, Input::Token(kind)).unwrap();
        let shown = matches!(effects.as_slice(), [Effect::Send(LoginFrame::Result { .. })]);
        assert_eq!(shown, kind == Some(TokenKind::Phone), "{kind:?}");
        assert!(shown || is_refused(&effects), "{kind:?}");
    }
    // A code for a phone makes no account, and there is none to give a phone to without a record.
    let (mut machine, _) = prove(None, RecordChoice::Fresh);
    assert!(is_refused(&step(&mut machine, Input::Token(Some(TokenKind::Phone))).unwrap()));
}

#[test]
fn frames_out_of_order_end_the_machine() {
    let pair = Pair::new();
    let frames = || {
        [
            LoginFrame::Record { upload: Box::new([1; 192]) },
            LoginFrame::Proof { ke3: [1; 64], sealed: Vec::new() },
            LoginFrame::Confirm { sealed: Vec::new() },
            LoginFrame::Registered { response: [1; 64] },
            LoginFrame::Refused { code: 1, wait_ms: 0 },
        ]
    };
    for frame in frames() {
        let mut machine = pair.machine();
        assert_eq!(step(&mut machine, Input::Frame(frame)).unwrap_err(), OutOfOrder);
        for later in frames() {
            assert_eq!(step(&mut machine, Input::Frame(later)).unwrap_err(), OutOfOrder);
        }
    }
}

#[test]
fn what_is_remembered_is_forgotten_after_ten_minutes() {
    let pair = Pair::new();
    let mut machine = pair.registered();
    let (logging_in, ke1) = LoggingIn::start(&pair.password, &mut rng()).unwrap();
    let login =
        LoginFrame::Login { name: pair.name.clone(), record: RecordChoice::Fresh, ke1: Box::new(ke1) };
    let late = NOW + REMEMBER_MS;
    machine.handle(Input::Frame(login), late, &mut rng()).unwrap();
    let effects = machine.handle(Input::Found { record: None, barred: false }, late, &mut rng()).unwrap();
    let [Effect::Challenge(LoginFrame::Challenge { ke2 })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    // The stand-in answers, so the password does not fit.
    assert!(logging_in.finish(&pair.password, &ORG, &pair.name, ke2, &mut rng()).is_err());
}

#[test]
fn debug_shows_no_secret() {
    let pair = Pair::new();
    let mut machine = pair.registered();
    let (_, _) = pair.prove(&mut machine, RecordChoice::Fresh, None, false, Factor::LoginToken, &[0xA5; 16]);
    step(&mut machine, Input::Token(Some(TokenKind::New))).unwrap();
    let text = format!("{machine:?}");
    assert!(!text.contains("165, 165, 165, 165"), "{text}");
    assert!(text.contains("redacted"));
}

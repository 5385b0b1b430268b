//! A person with a computer: keys, password and phone, and what the client does with them (PROTOCOL §2.3, §2.11).

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use conclave_crypto::certificate::{DeviceCert, SignedCert};
use conclave_crypto::directory::{
    DeviceList, Directory, Kind, Object, Role, SignWith, UserAdd, assemble, sign_device_list, sign_part,
    sign_user_add,
};
use conclave_crypto::invite::Invite;
use conclave_crypto::keys::{
    DeviceId, DeviceSignSecret, DhSecret, OrgId, TransportPublic, TransportSecret, UikSecret, UserId,
};
use conclave_crypto::login::{
    ChannelKeys, Confirm, Factor, LoggingIn, LoginFrame, LoginName, LoginResult, Proof, RecordChoice,
    Registering,
};
use conclave_crypto::password::Password;
use conclave_crypto::username::Username;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::response::Outcome;
use conclave_proto::schema::{
    AppendLeaf, Failure, GetLeaves, LookUpInvite, Push, Request, Response, push::News,
};
use conclave_proto::{ErrorCode, Frame, FrameKind, protocol};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use zeroize::Zeroizing;

use crate::net::{Net, Wire};
use crate::rig::Rig;

pub(crate) const fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

pub(crate) struct Person {
    pub(crate) org: OrgId,
    pub(crate) server: TransportPublic,
    pub(crate) name: LoginName,
    pub(crate) password: Password,
    pub(crate) user: UserId,
    pub(crate) uik: UikSecret,
    pub(crate) device: Device,
    pub(crate) totp: Vec<u8>,
    pub(crate) last_step: u64,
    pub(crate) codes: Vec<Vec<u8>>,
}

pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) dik_s: DeviceSignSecret,
    pub(crate) dik_x: DhSecret,
    pub(crate) tpk: TransportSecret,
    pub(crate) hash: [u8; 32],
}

impl Device {
    pub(crate) fn new() -> Self {
        Self {
            id: DeviceId::random(&mut rng()),
            dik_s: DeviceSignSecret::generate(&mut rng()),
            dik_x: DhSecret::generate(&mut rng()),
            tpk: TransportSecret::generate(&mut rng()),
            hash: [0; 32],
        }
    }

    pub(crate) async fn connect(&self, rig: &Rig) -> Net {
        Net::connect(&self.tpk, rig.address(false), rig.bound.peer).await
    }
}

/// What a login came to.
#[derive(Debug)]
pub(crate) enum Answer {
    In(LoginResult),
    /// The bytes of REFUSED.
    Refused(Bytes),
}

impl Answer {
    pub(crate) fn unwrap(self) -> LoginResult {
        match self {
            Self::In(result) => result,
            Self::Refused(bytes) => panic!("refused: {:?}", LoginFrame::decode(&bytes)),
        }
    }

    pub(crate) fn refused(self) -> Bytes {
        match self {
            Self::In(_) => panic!("let in"),
            Self::Refused(bytes) => bytes,
        }
    }
}

impl Person {
    /// Somebody with an invite who has done nothing yet.
    pub(crate) fn new(invite: &Invite, name: &str, password: &str) -> Self {
        Self {
            org: invite.org(),
            server: invite.server_tpk,
            name: LoginName::parse(name).unwrap(),
            password: Password::new(password),
            user: UserId::random(&mut rng()),
            uik: UikSecret::generate(&mut rng()),
            device: Device::new(),
            totp: Vec::new(),
            last_step: 0,
            codes: Vec::new(),
        }
    }

    /// A code the server has not seen; waits for the next one when those of now are spent.
    pub(crate) fn code(&mut self) -> Vec<u8> {
        let step = loop {
            let seconds = now() / 1000;
            // Late in a step the one before may be over when the code arrives.
            let first = if seconds % 30 > 20 { seconds / 30 } else { seconds / 30 - 1 };
            let step = first.max(self.last_step + 1);
            if step <= seconds / 30 + 1 {
                break step;
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
        };
        self.last_step = step;
        code(&self.totp, step)
    }

    /// Frames 1 to 3: leaves a record of the password at the server, for the connection.
    pub(crate) async fn register(&self, wire: &mut Wire) {
        let (registering, request) = Registering::start(&self.password, &mut rng()).unwrap();
        send(wire, LoginFrame::Register { name: self.name.clone(), request }).await;
        let LoginFrame::Registered { response } = receive(wire).await.unwrap() else {
            panic!("no REGISTERED")
        };
        let upload =
            registering.finish(&self.password, &self.org, &self.name, &response, &mut rng()).unwrap();
        send(wire, LoginFrame::Record { upload: Box::new(upload) }).await;
    }

    /// Frames 4 to 6; a wrong password ends in a PROOF that cannot be right.
    pub(crate) async fn prove(
        &self,
        wire: &mut Wire,
        record: RecordChoice,
        factor: Factor,
        proof: &[u8],
    ) -> Option<ChannelKeys> {
        let (logging_in, ke1) = LoggingIn::start(&self.password, &mut rng()).unwrap();
        send(wire, LoginFrame::Login { name: self.name.clone(), record, ke1: Box::new(ke1) }).await;
        let LoginFrame::Challenge { ke2 } = receive(wire).await.unwrap() else { panic!("no CHALLENGE") };
        let Ok(done) = logging_in.finish(&self.password, &self.org, &self.name, &ke2, &mut rng()) else {
            send(wire, LoginFrame::Proof { ke3: [7; 64], sealed: vec![7; 160] }).await;
            return None;
        };
        let channel = done.session.channel(&self.org, &self.device.tpk.public(), &self.server);
        let proof = Proof {
            factor,
            proof: Zeroizing::new(proof.to_vec()),
            device: self.device.id,
            devcert_hash: self.device.hash,
        };
        let sealed = channel.seal(&proof, &mut rng());
        send(wire, LoginFrame::Proof { ke3: done.ke3, sealed }).await;
        Some(channel)
    }

    pub(crate) async fn answer(wire: &mut Wire, channel: Option<ChannelKeys>) -> Answer {
        let frame = wire.next().await.expect("an answer");
        assert_eq!(frame.kind, FrameKind::LOGIN);
        match LoginFrame::decode(&frame.body).unwrap() {
            LoginFrame::Result { sealed } => Answer::In(channel.unwrap().open(&sealed).unwrap()),
            LoginFrame::Refused { .. } => Answer::Refused(frame.body),
            other => panic!("{other:?}"),
        }
    }

    /// A whole login on a stream of its own.
    pub(crate) async fn log_in(&self, net: &Net, factor: Factor, proof: &[u8]) -> Answer {
        let mut wire = net.opened(protocol::LOGIN).await;
        let channel = self.prove(&mut wire, RecordChoice::Stored, factor, proof).await;
        Self::answer(&mut wire, channel).await
    }

    pub(crate) async fn log_in_now(&mut self, net: &Net) -> LoginResult {
        let code = self.code();
        self.log_in(net, Factor::Totp, &code).await.unwrap()
    }

    /// Password, phone and recovery codes, by a login token: a session, but no account in the log yet.
    pub(crate) async fn make_login(&mut self, net: &Net, token: &[u8]) {
        let mut wire = net.opened(protocol::LOGIN).await;
        self.register(&mut wire).await;
        let channel = self.prove(&mut wire, RecordChoice::Fresh, Factor::LoginToken, token).await.unwrap();
        let LoginFrame::Result { sealed } = receive(&mut wire).await.unwrap() else { panic!("no RESULT") };
        let result: LoginResult = channel.open(&sealed).unwrap();
        assert_eq!(result.totp_secret.len(), 20);
        assert!(result.codes.is_empty() && result.lease.is_empty() && result.user.is_zero());
        self.totp = result.totp_secret.to_vec();
        let confirm = Confirm { totp: Zeroizing::new(self.code()) };
        send(&mut wire, LoginFrame::Confirm { sealed: channel.seal(&confirm, &mut rng()) }).await;
        let LoginFrame::Result { sealed } = receive(&mut wire).await.unwrap() else {
            panic!("no second RESULT")
        };
        let result: LoginResult = channel.open(&sealed).unwrap();
        assert_eq!(result.codes.len(), 10);
        self.codes = result.codes.to_vec();
    }

    pub(crate) fn user_add(&self) -> UserAdd {
        UserAdd {
            user_id: self.user,
            username: Username::parse(self.name.as_str()).unwrap(),
            uik: self.uik.public(),
            role: Role::Member,
            nonce: [3; 16],
            at: now(),
        }
    }

    /// The account, signed by the invite's key.
    pub(crate) fn granted(&self, invite: &Invite) -> Vec<u8> {
        sign_user_add(&self.org, self.user_add(), SignWith::InviteGrant(&invite.grant_key()), &self.uik)
    }

    /// The account, signed by the newcomer only.
    pub(crate) fn unadmitted(&self) -> Vec<u8> {
        let object = Object::UserAdd(self.user_add()).encode(&self.org);
        assemble(Kind::UserAdd, &object, &[sign_part(Kind::UserAdd, &object, SignWith::Uik(&self.uik))])
    }

    /// A device list with this device alone, after what `directory` holds.
    pub(crate) fn device_list(&mut self, directory: &Directory) -> Vec<u8> {
        let (list_ver, prev) = directory.next_device_list(&self.user).unwrap();
        self.listed(list_ver, prev)
    }

    /// A device list with this device alone, of that number, after the one of that hash.
    pub(crate) fn listed(&mut self, list_ver: u32, prev: [u8; 32]) -> Vec<u8> {
        let device = &self.device;
        let cert = DeviceCert {
            user_id: self.user,
            device_id: device.id,
            dik_s: device.dik_s.public(),
            dik_x: *device.dik_x.public(),
            tpk: device.tpk.public(),
            suites: vec![1],
            created: now(),
        };
        let signed = SignedCert::issue(&self.org, cert, &self.uik, &device.dik_s, &device.tpk);
        self.device.hash = signed.hash();
        let list = DeviceList { user_id: self.user, list_ver, prev, at: now(), devices: vec![signed] };
        sign_device_list(&self.org, list, &self.uik)
    }

    /// The whole enrolment; the device ends up with a full session.
    pub(crate) async fn enrol(rig: &Rig, name: &'static str, password: &str) -> (Self, Net, Desk) {
        let invite = rig.invite(name).await;
        let mut person = Self::new(&invite, name, password);
        let net = person.device.connect(rig).await;
        let mut desk = Desk::open(&net, &invite).await;
        let looked_up = desk.call(Call::LookUpInvite(look_up(&invite))).await;
        assert!(
            matches!(looked_up, Outcome::Invite(found) if found.user_name == name && found.organisation == "Acme")
        );
        person.make_login(&net, invite.login_token().expose()).await;
        desk.append(person.granted(&invite)).await.unwrap();
        desk.sync().await;
        desk.append(person.device_list(&desk.directory)).await.unwrap();
        desk.sync().await;
        (person, net, desk)
    }
}

pub(crate) fn look_up(invite: &Invite) -> LookUpInvite {
    LookUpInvite { login_token: Bytes::copy_from_slice(invite.login_token().expose()) }
}

pub(crate) fn code(secret: &[u8], step: u64) -> Vec<u8> {
    let secret = totp_rs::Secret::new(secret.to_vec().into_boxed_slice());
    let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
    totp.generate(step * 30).to_string().into_bytes()
}

pub(crate) async fn send(wire: &mut Wire, frame: LoginFrame) {
    wire.send(&Frame::raw(FrameKind::LOGIN, frame.encode())).await;
}

pub(crate) async fn receive(wire: &mut Wire) -> Option<LoginFrame> {
    let frame = wire.next().await?;
    assert_eq!(frame.kind, FrameKind::LOGIN);
    Some(LoginFrame::decode(&frame.body).unwrap())
}

/// A directory stream and the client's own fold.
pub(crate) struct Desk {
    pub(crate) wire: Wire,
    pub(crate) directory: Directory,
    pub(crate) news: Vec<News>,
    pub(crate) next: u64,
}

impl Desk {
    pub(crate) async fn open(net: &Net, invite: &Invite) -> Self {
        let wire = net.opened(protocol::DIRECTORY).await;
        Self { wire, directory: Directory::new(invite.ork), news: Vec::new(), next: 1 }
    }

    pub(crate) async fn call(&mut self, call: Call) -> Outcome {
        let id = self.next;
        self.next += 1;
        self.wire.send(&Frame::message(FrameKind::REQUEST, &Request { id, call: Some(call) })).await;
        loop {
            let frame = self.wire.next().await.expect("an answer");
            match frame.kind {
                FrameKind::RESPONSE => {
                    let response: Response = frame.parse().unwrap();
                    assert_eq!(response.id, id);
                    return response.outcome.unwrap();
                }
                FrameKind::PUSH => self.keep(&frame),
                kind => panic!("{kind:?}"),
            }
        }
    }

    fn keep(&mut self, frame: &Frame) {
        self.news.push(frame.parse::<Push>().unwrap().news.unwrap());
    }

    /// Waits for a push that `wanted` takes.
    pub(crate) async fn wait<T>(&mut self, wanted: impl Fn(&News) -> Option<T>) -> T {
        loop {
            if let Some((at, found)) =
                self.news.iter().enumerate().find_map(|(at, news)| Some((at, wanted(news)?)))
            {
                self.news.drain(..=at);
                return found;
            }
            let frame = self.wire.next().await.expect("news");
            assert_eq!(frame.kind, FrameKind::PUSH);
            self.keep(&frame);
        }
    }

    pub(crate) async fn append(&mut self, leaf: Vec<u8>) -> Result<(), ErrorCode> {
        match self.call(Call::AppendLeaf(AppendLeaf { leaf: leaf.into() })).await {
            Outcome::Done(_) => Ok(()),
            Outcome::Failure(Failure { code, .. }) => Err(ErrorCode::from_number(code).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    /// Fetches and adopts what is new; the head has to hold.
    pub(crate) async fn sync(&mut self) {
        let first = self.directory.size();
        let Outcome::Leaves(leaves) = self.call(Call::GetLeaves(GetLeaves { first })).await else {
            panic!("no leaves")
        };
        assert_eq!(leaves.first, first);
        let parts: Vec<&[u8]> = leaves.leaves.iter().map(AsRef::as_ref).collect();
        self.directory.adopt(&parts, &leaves.checkpoint, now()).unwrap();
        assert_eq!(self.directory.size(), leaves.size);
    }

    pub(crate) async fn failure(&mut self, call: Call) -> ErrorCode {
        match self.call(call).await {
            Outcome::Failure(failure) => ErrorCode::from_number(failure.code).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

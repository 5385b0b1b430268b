//! A small organisation with all its secrets.

use conclave_crypto::certificate::{DeviceCert, SignedCert};
use conclave_crypto::directory::{
    Checkpoint, DeviceList, Directory, Folded, InviteGrant, LeafRefused, Policy, PolicyAdmin, Role, RoomKind,
    RoomMove, ServerKey, SignWith, UserAdd, sign_device_list, sign_founding, sign_invite_grant,
    sign_room_join, sign_room_leave, sign_user_add,
};
use conclave_crypto::keys::{
    AdminSecret, DeviceId, DeviceSignSecret, DhSecret, DirectorySecret, GrantSecret, OrgId, OrkSecret,
    RoomId, TransportSecret, UikSecret, UserId,
};
use conclave_crypto::username::Username;
use serde_json::Value;

use crate::input::{TestRng, array, hex};

/// When the organisation begins, ms UTC.
pub(crate) const START: u64 = 1_790_000_000_000;
/// One day, ms.
pub(crate) const DAY: u64 = 86_400_000;

/// An organisation, its log and its secrets.
pub(crate) struct Org {
    pub(crate) rng: TestRng,
    pub(crate) ork: OrkSecret,
    pub(crate) admin: AdminSecret,
    pub(crate) second_admin: AdminSecret,
    pub(crate) dsk: DirectorySecret,
    pub(crate) log: Directory,
    pub(crate) general: RoomId,
    pub(crate) lounge: RoomId,
}

/// A person with all secrets.
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) uik: UikSecret,
    pub(crate) device: Device,
}

/// A device with its secrets.
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) dik_s: DeviceSignSecret,
    pub(crate) dik_x: DhSecret,
    pub(crate) tpk: TransportSecret,
}

impl Device {
    pub(crate) fn new(rng: &mut TestRng) -> Self {
        Self {
            id: DeviceId::random(rng),
            dik_s: DeviceSignSecret::generate(rng),
            dik_x: DhSecret::generate(rng),
            tpk: TransportSecret::generate(rng),
        }
    }

    pub(crate) fn cert(&self, org: &OrgId, user: UserId, uik: &UikSecret) -> SignedCert {
        let cert = DeviceCert {
            user_id: user,
            device_id: self.id,
            dik_s: self.dik_s.public(),
            dik_x: *self.dik_x.public(),
            tpk: self.tpk.public(),
            suites: vec![1],
            created: START,
        };
        SignedCert::issue(org, cert, uik, &self.dik_s, &self.tpk)
    }
}

impl Org {
    pub(crate) fn new(label: &str) -> Self {
        Self::with(label, |policy| policy)
    }

    pub(crate) fn with(label: &str, change: impl FnOnce(Policy) -> Policy) -> Self {
        let mut rng = TestRng::new(label);
        let ork = OrkSecret::generate(&mut rng);
        let admin = AdminSecret::generate(&mut rng);
        let second_admin = AdminSecret::generate(&mut rng);
        let dsk = DirectorySecret::generate(&mut rng);
        let admins = [&admin, &second_admin].map(|key| PolicyAdmin {
            key: key.public(),
            user_id: UserId::random(&mut rng),
            nbf: START,
        });
        let policy = change(Policy::first(START, admins.to_vec()));
        let server_key = ServerKey { key: dsk.public(), nbf: START, naf: START + 400 * DAY };
        let leaves = sign_founding(policy, server_key, &ork, &admin, &mut rng);
        let mut log = Directory::new(ork.public());
        for leaf in &leaves {
            log.append(leaf, START).unwrap();
        }
        let room = |kind| log.rooms().find(|room| room.org.kind == kind).unwrap().id();
        let (general, lounge) = (room(RoomKind::Everyone), room(RoomKind::Open));
        Self { rng, ork, admin, second_admin, dsk, general, lounge, log }
    }

    pub(crate) fn id(&self) -> OrgId {
        *self.log.org()
    }

    pub(crate) fn append(&mut self, leaf: &[u8]) -> Result<Folded, LeafRefused> {
        let before = format!("{:?}", self.log);
        let result = self.log.append(leaf, START + 1000);
        if result.is_err() {
            assert_eq!(before, format!("{:?}", self.log), "a refused leaf has changed the directory");
        }
        result
    }

    /// A UserAdd leaf for a new person, signed by the admin.
    pub(crate) fn person(&mut self, name: &str) -> (Person, Vec<u8>) {
        let person = Person {
            id: UserId::random(&mut self.rng),
            name: name.to_owned(),
            uik: UikSecret::generate(&mut self.rng),
            device: Device::new(&mut self.rng),
        };
        let leaf = sign_user_add(&self.id(), user_add(&person), SignWith::Admin(&self.admin), &person.uik);
        (person, leaf)
    }

    /// A person with a device in the log.
    pub(crate) fn join(&mut self, name: &str) -> Person {
        let (person, leaf) = self.person(name);
        self.append(&leaf).unwrap();
        let list = self.list(&person, &person.device, &person.uik);
        self.append(&list).unwrap();
        person
    }

    /// A DeviceList leaf with one device.
    pub(crate) fn list(&self, person: &Person, device: &Device, uik: &UikSecret) -> Vec<u8> {
        let (list_ver, prev) = self.log.next_device_list(&person.id).unwrap();
        let devices = vec![device.cert(&self.id(), person.id, uik)];
        sign_device_list(
            &self.id(),
            DeviceList { user_id: person.id, list_ver, prev, at: START, devices },
            uik,
        )
    }

    pub(crate) fn invite(&mut self, username: &str, uses: u16) -> GrantSecret {
        let grant = GrantSecret::generate(&mut self.rng);
        let object = InviteGrant {
            username: username.to_owned(),
            grant: grant.public(),
            uses,
            expires: START + DAY,
            at: START,
        };
        let leaf = sign_invite_grant(&self.id(), object, &self.admin);
        self.append(&leaf).unwrap();
        grant
    }

    pub(crate) fn moved(&self, room: RoomId, person: &Person, join: bool, at: u64) -> Vec<u8> {
        let moved = RoomMove {
            room_id: room,
            user_id: person.id,
            device_id: person.device.id,
            mseq: self.log.next_mseq(&room, &person.id).unwrap(),
            at,
        };
        let sign = if join { sign_room_join } else { sign_room_leave };
        sign(&self.id(), moved, &person.device.dik_s)
    }

    /// The log's head as the server signs it `seconds` after the start.
    pub(crate) fn note(&self, seconds: u64) -> String {
        Checkpoint::sign(&self.id(), self.log.current(), START / 1000 + seconds, &self.dsk).text().to_owned()
    }

    pub(crate) fn leaves(&self) -> Vec<Vec<u8>> {
        self.log.leaves_from(0).map(<[u8]>::to_vec).collect()
    }
}

pub(crate) fn user_add(person: &Person) -> UserAdd {
    UserAdd {
        user_id: person.id,
        username: Username::parse(&person.name).unwrap(),
        uik: person.uik.public(),
        role: Role::Member,
        nonce: [7; 16],
        at: START,
    }
}

/// The leaves of a shared vector file, and its empty log.
pub(crate) fn vector_log(name: &str) -> (Directory, Vec<Vec<u8>>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/").to_owned() + name + ".json";
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let ork = conclave_crypto::keys::OrkPublic::from_bytes(array(&file["input"]["ork"])).unwrap();
    let leaves = file["leaves"].as_array().unwrap().iter().map(|leaf| hex(&leaf["hex"])).collect();
    (Directory::new(ork), leaves)
}

//! A small organisation with all its secrets, made with the real builders.

use conclave_crypto::certificate::{DeviceCert, SignedCert};
use conclave_crypto::directory::{
    Ban, BanReason, Checkpoint, DeviceList, Directory, Head, Policy, PolicyAdmin, ResetGrant, Role,
    ServerKey, SignWith, Target, UikReset, UserAdd, sign_ban, sign_device_list, sign_founding, sign_policy,
    sign_reset_grant, sign_uik_reset, sign_user_add,
};
use conclave_crypto::handshake::LocalDevice;
use conclave_crypto::keys::{
    AdminSecret, DeviceId, DeviceSignSecret, DhSecret, DirectorySecret, GrantSecret, OrgId, OrkSecret,
    TransportPublic, TransportSecret, UikSecret, UserId,
};
use conclave_crypto::lease::Lease;
use conclave_crypto::parcel::BoxReceipt;
use conclave_crypto::secret::Secret;
use conclave_crypto::username::Username;

use crate::core::Setup;

/// When the world begins, ms UTC.
pub(super) const START: u64 = 1_790_000_000_000;
const DAY: u64 = 86_400_000;

/// A generator from a seed: SplitMix64. Good enough to be drawn from; nothing here is secret.
#[derive(Debug, Clone)]
pub(in crate::core) struct SimRng(u64);

impl SimRng {
    pub(in crate::core) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5151_5151)
    }

    pub(in crate::core) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(in crate::core) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub(in crate::core) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }
}

impl rand_core::TryRng for SimRng {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(self.next() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in dst.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for SimRng {}

/// A person with all secrets.
pub(super) struct Person {
    pub(super) user: UserId,
    pub(super) name: String,
    pub(super) uik: UikSecret,
    pub(super) device: DeviceId,
    sign: DeviceSignSecret,
    agree: DhSecret,
    transport: TransportSecret,
}

impl Person {
    fn new(name: &str, rng: &mut SimRng) -> Self {
        Self {
            user: UserId::random(rng),
            name: name.to_owned(),
            uik: UikSecret::generate(rng),
            device: DeviceId::random(rng),
            sign: DeviceSignSecret::generate(rng),
            agree: DhSecret::generate(rng),
            transport: TransportSecret::generate(rng),
        }
    }

    /// The same person on a new device with a new account key.
    pub(super) fn renewed(&self, rng: &mut SimRng) -> Self {
        Self { user: self.user, ..Self::new(&self.name, rng) }
    }

    /// The same account on a new computer.
    fn moved(&self, rng: &mut SimRng) -> Self {
        let uik = UikSecret::from_seed(Secret::new(*self.uik.seed().expose()));
        Self { uik, ..self.renewed(rng) }
    }

    pub(super) fn transport(&self) -> TransportPublic {
        self.transport.public()
    }

    fn cert(&self, org: &OrgId) -> SignedCert {
        let cert = DeviceCert {
            user_id: self.user,
            device_id: self.device,
            dik_s: self.sign.public(),
            dik_x: *self.agree.public(),
            tpk: self.transport.public(),
            suites: vec![1],
            created: START,
        };
        SignedCert::issue(org, cert, &self.uik, &self.sign, &self.transport)
    }
}

/// An organisation and its log.
pub(super) struct Org {
    pub(super) rng: SimRng,
    ork: OrkSecret,
    admin: AdminSecret,
    dsk: DirectorySecret,
    pub(super) log: Directory,
}

impl Org {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = SimRng::new(seed);
        let ork = OrkSecret::generate(&mut rng);
        let admin = AdminSecret::generate(&mut rng);
        let dsk = DirectorySecret::generate(&mut rng);
        let admins = vec![PolicyAdmin { key: admin.public(), user_id: UserId::random(&mut rng), nbf: START }];
        let mut policy = Policy::first(START, admins);
        policy.reset_admins = 1;
        // Off unless a world asks for it.
        policy.box_days = 0;
        policy.contact_requests_allowed = true;
        let server_key = ServerKey { key: dsk.public(), nbf: START, naf: START + 400 * DAY };
        let mut log = Directory::new(ork.public());
        for leaf in sign_founding(policy, server_key, &ork, &admin, &mut rng) {
            log.append(&leaf, START).unwrap();
        }
        Self { rng, ork, admin, dsk, log }
    }

    fn id(&self) -> OrgId {
        *self.log.org()
    }

    /// Signs another Policy.
    pub(super) fn set_policy(&mut self, change: impl FnOnce(&mut Policy)) {
        let mut policy = self.log.policy().unwrap().clone();
        policy.seq += 1;
        change(&mut policy);
        let leaf = sign_policy(&self.id(), policy, &self.ork);
        self.log.append(&leaf, START).unwrap();
    }

    /// The server's word that it holds a parcel.
    pub(super) fn box_receipt(&self, receipt: BoxReceipt) -> Vec<u8> {
        receipt.sign(&self.id(), &self.dsk).to_bytes()
    }

    pub(super) fn join(&mut self, name: &str) -> Person {
        let person = Person::new(name, &mut self.rng);
        let add = UserAdd {
            user_id: person.user,
            username: Username::parse(name).unwrap(),
            uik: person.uik.public(),
            role: Role::Member,
            nonce: [7; 16],
            at: START,
        };
        let leaf = sign_user_add(&self.id(), add, SignWith::Admin(&self.admin), &person.uik);
        self.log.append(&leaf, START).unwrap();
        self.list(&person);
        person
    }

    /// Puts the person's device in the log, alone.
    fn list(&mut self, person: &Person) {
        let (list_ver, prev) = self.log.next_device_list(&person.user).unwrap();
        let devices = vec![person.cert(&self.id())];
        let list = DeviceList { user_id: person.user, list_ver, prev, at: START, devices };
        let leaf = sign_device_list(&self.id(), list, &person.uik);
        self.log.append(&leaf, START).unwrap();
    }

    /// A new computer under the same account key, alone in the list.
    pub(super) fn move_to_new_device(&mut self, person: &Person) -> Person {
        let moved = person.moved(&mut self.rng);
        self.list(&moved);
        moved
    }

    pub(super) fn ban(&mut self, user: UserId) {
        let target = Target::User(user);
        let seq = self.log.next_ban_seq(&target).unwrap();
        let ban = Ban { target, seq, reason: BanReason::Removed, at: START, until: 0 };
        let leaf = sign_ban(&self.id(), ban, SignWith::Admin(&self.admin));
        self.log.append(&leaf, START).unwrap();
    }

    /// Resets a person's account key: grant, reset, new device.
    pub(super) fn reset(&mut self, person: &Person) -> Person {
        let renewed = person.renewed(&mut self.rng);
        let grant = GrantSecret::generate(&mut self.rng);
        let reset_seq = self.log.next_reset_seq(&person.user).unwrap();
        let object = ResetGrant {
            user_id: person.user,
            reset_seq,
            grant: grant.public(),
            expires: START + DAY,
            reason: 1,
            at: START,
        };
        let leaf = sign_reset_grant(&self.id(), object, &[&self.admin]);
        self.log.append(&leaf, START).unwrap();
        let reset = UikReset { user_id: person.user, new_uik: renewed.uik.public(), reset_seq, at: START };
        let leaf = sign_uik_reset(&self.id(), reset, &grant, &renewed.uik, None);
        self.log.append(&leaf, START).unwrap();
        self.list(&renewed);
        renewed
    }

    pub(super) fn note(&self, now: u64) -> Vec<u8> {
        Checkpoint::sign(&self.id(), self.log.current(), now / 1000, &self.dsk).text().as_bytes().to_vec()
    }

    /// A head of the first leaves only, as a server that went back in time signs it.
    pub(super) fn early_note(&self, size: u64, now: u64) -> Vec<u8> {
        let head = Head { size, root: self.log.root_at(size).unwrap() };
        Checkpoint::sign(&self.id(), head, now / 1000, &self.dsk).text().as_bytes().to_vec()
    }

    pub(super) fn lease(&self, person: &Person, now: u64) -> Vec<u8> {
        let lease = Lease {
            user_id: person.user,
            device_id: person.device,
            devcert_hash: person.cert(&self.id()).hash(),
            issued: now,
            not_after: now + DAY,
        };
        self.sign_lease(lease)
    }

    /// Signs whatever a lease says.
    pub(super) fn sign_lease(&self, lease: Lease) -> Vec<u8> {
        lease.sign(&self.id(), &self.dsk).to_bytes()
    }

    pub(super) fn setup(&self, person: &Person) -> Setup {
        // As a computer knows itself, whatever the log says by now.
        let party = person.cert(&self.id()).party(&self.id(), &person.user, &person.uik.public()).unwrap();
        Setup {
            org: self.id(),
            ork: self.ork.public(),
            user: person.user,
            name: person.name.clone(),
            computer: Some(format!("{}-laptop", person.name)),
            device: LocalDevice::new(self.id(), party, person.agree.duplicate()).unwrap(),
            sign: DeviceSignSecret::from_seed(Secret::new(*person.sign.seed().expose())),
        }
    }
}

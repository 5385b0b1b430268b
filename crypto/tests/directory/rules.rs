//! Fold rules in sequence, where the shared vectors have single steps.

use conclave_crypto::directory::{
    AddedBy, Admission, Ban, BanReason, Change, DeviceList, Enrolment, Kind, LeafRefused, Object, Policy,
    PolicyAdmin, ResetGrant, Role, RoomAdmit, RoomKind, RoomOrg, SignWith, Target, UikReset, Unban, UserAdd,
    assemble, sign_ban, sign_device_list, sign_invite_grant, sign_part, sign_policy, sign_reset_grant,
    sign_room_admit, sign_room_org, sign_uik_reset, sign_unban, sign_user_add,
};
use conclave_crypto::keys::{AdminSecret, EnrolSecret, RoomId, UikSecret, UserId};
use conclave_crypto::reset::ResetCode;

use crate::org::{DAY, Device, Org, Person, START, user_add};

pub(crate) fn admit(
    org: &Org,
    room: RoomId,
    user: &Person,
    action: Admission,
    by: Option<&Person>,
) -> Vec<u8> {
    let object = RoomAdmit {
        room_id: room,
        user_id: user.id,
        action,
        mseq: org.log.next_mseq(&room, &user.id).unwrap(),
        cuts: Vec::new(),
        by: by.map(|by| (by.id, by.device.id)),
        at: START,
    };
    let key = by.map_or(SignWith::Admin(&org.admin), |by| SignWith::Device(&by.device.dik_s));
    sign_room_admit(&org.id(), object, key)
}

pub(crate) fn room_org(org: &Org, room: RoomId, change: impl FnOnce(&mut RoomOrg)) -> Vec<u8> {
    let (rno, prev) = org.log.next_room_org(&room);
    let mut object = org
        .log
        .room(&room)
        .map_or_else(|| RoomOrg::first(room, RoomKind::Restricted, "Board", START), |room| room.org.clone());
    (object.rno, object.prev) = (rno, prev);
    change(&mut object);
    sign_room_org(&org.id(), object, &org.admin)
}

pub(crate) fn ban(org: &Org, target: Target, until: u64, by: SignWith<'_>) -> Vec<u8> {
    let seq = org.log.next_ban_seq(&target).unwrap();
    sign_ban(&org.id(), Ban { target, seq, reason: BanReason::Suspended, at: START, until }, by)
}

pub(crate) fn unban(org: &Org, target: Target, at: u64, by: SignWith<'_>) -> Vec<u8> {
    let seq = org.log.next_ban_seq(&target).unwrap();
    sign_unban(&org.id(), Unban { target, seq, at }, by)
}

fn members(org: &Org, room: RoomId) -> Vec<UserId> {
    org.log.members(org.log.room(&room).unwrap()).map(|user| user.id).collect()
}

pub(crate) fn reset_grant(org: &Org, user: UserId, code: &ResetCode, expires: u64) -> Vec<u8> {
    let object = ResetGrant {
        user_id: user,
        reset_seq: org.log.next_reset_seq(&user).unwrap(),
        grant: code.grant_key(&org.id(), &user).public(),
        expires,
        reason: 0,
        at: START,
    };
    sign_reset_grant(&org.id(), object, &[&org.admin])
}

pub(crate) fn reset(
    org: &Org,
    user: &Person,
    code: &ResetCode,
    new: &UikSecret,
    seq: u32,
    at: u64,
) -> Vec<u8> {
    let object = UikReset { user_id: user.id, new_uik: new.public(), reset_seq: seq, at };
    sign_uik_reset(&org.id(), object, &code.grant_key(&org.id(), &user.id), new, None)
}

#[test]
fn an_organisation_begins_with_four_leaves() {
    let org = Org::new("founding");
    assert_eq!(org.log.size(), 4);
    assert_eq!(org.log.policy().unwrap().enrolment, Enrolment::Grant);
    assert_eq!(org.log.room(&org.general).unwrap().org.name, "General");
    assert_eq!(org.log.room(&org.lounge).unwrap().org.name, "Lounge");
}

#[test]
fn an_invite_adds_as_many_members_as_it_says() {
    let mut org = Org::new("invite");
    let grant = org.invite("", 2);
    for name in ["ada", "bob", "cyd"] {
        let (person, _) = org.person(name);
        let leaf = sign_user_add(&org.id(), user_add(&person), SignWith::InviteGrant(&grant), &person.uik);
        let result = org.append(&leaf);
        if name == "cyd" {
            assert_eq!(result, Err(LeafRefused::GrantNotOpen));
        } else {
            let user = org.log.user_by_name(name).unwrap();
            let AddedBy::Invite { grant: by, key, .. } = user.added_by else { panic!("{:?}", user.added_by) };
            assert_eq!((by, key), (grant.public(), org.admin.public()));
            assert!(members(&org, org.general).contains(&user.id));
        }
    }
    // A withdrawal closes an invite that has uses left, also for a leaf dated before it.
    let grant = org.invite("Dee", 1);
    let withdrawn = org.log.invite(&grant.public()).unwrap().grant.withdrawal(START + 500);
    let leaf = sign_invite_grant(&org.id(), withdrawn, &org.second_admin);
    assert_eq!(org.append(&leaf).unwrap().change, Change::InviteWithdrawn { grant: grant.public() });
    let (dee, _) = org.person("dee");
    let leaf = sign_user_add(&org.id(), user_add(&dee), SignWith::InviteGrant(&grant), &dee.uik);
    assert_eq!(org.append(&leaf), Err(LeafRefused::GrantNotOpen));
}

#[test]
fn an_invite_outlives_the_mode_and_its_admin_key() {
    let mut org = Org::new("outlives");
    let grant = org.invite("ada", 1);
    let mut policy = org.log.policy().unwrap().successor(START);
    policy.enrolment = Enrolment::Manual;
    policy.admins.retain(|admin| admin.key != org.admin.public());
    let leaf = sign_policy(&org.id(), policy, &org.ork);
    org.append(&leaf).unwrap();
    let (bob, by_old_key) = org.person("bob");
    assert_eq!(org.append(&by_old_key), Err(LeafRefused::UnknownKey));
    assert!(org.log.user(&bob.id).is_none());
    let (ada, _) = org.person("ada");
    let leaf = sign_user_add(&org.id(), user_add(&ada), SignWith::InviteGrant(&grant), &ada.uik);
    org.append(&leaf).unwrap();
}

#[test]
fn the_enrolment_key_counts_only_while_policy_names_it() {
    let mut org = Org::new("auto");
    let key = EnrolSecret::generate(&mut org.rng);
    let by_key = |org: &Org, person: &Person, role| {
        let user = UserAdd { role, ..user_add(person) };
        sign_user_add(&org.id(), user, SignWith::Enrol(&key), &person.uik)
    };
    let (ada, _) = org.person("ada");
    let leaf = by_key(&org, &ada, Role::Member);
    assert_eq!(org.append(&leaf), Err(LeafRefused::UnknownKey));
    for enrolment in [Enrolment::Auto(key.public()), Enrolment::Grant, Enrolment::Auto(key.public())] {
        let policy = Policy { enrolment, ..org.log.policy().unwrap().successor(START) };
        let leaf = sign_policy(&org.id(), policy, &org.ork);
        org.append(&leaf).unwrap();
        let auto = enrolment != Enrolment::Grant;
        let leaf = by_key(&org, &ada, Role::Member);
        assert_eq!(org.log.check(&leaf, START).is_ok(), auto);
    }
    let leaf = by_key(&org, &ada, Role::Admin);
    assert_eq!(org.append(&leaf), Err(LeafRefused::MembersOnly));
    let leaf = by_key(&org, &ada, Role::Member);
    org.append(&leaf).unwrap();
    assert_eq!(org.log.user(&ada.id).unwrap().added_by, AddedBy::EnrolKey);
    // A retired enrolment key does not come back as an admin key.
    let mut policy = org.log.policy().unwrap().successor(START);
    policy.enrolment = Enrolment::Grant;
    let as_admin = AdminSecret::from_seed(key.seed().duplicate());
    policy.admins.push(PolicyAdmin { key: as_admin.public(), user_id: ada.id, nbf: START });
    let leaf = sign_policy(&org.id(), policy, &org.ork);
    assert_eq!(org.append(&leaf), Err(LeafRefused::KeyReused));
}

#[test]
fn a_device_list_replaces_the_last_and_devices_never_return() {
    let mut org = Org::new("devices");
    let ada = org.join("ada");
    let new = Device::new(&mut org.rng);
    let leaf = org.list(&ada, &new, &ada.uik);
    let folded = org.append(&leaf).unwrap();
    let (added, removed) = (vec![new.id], vec![ada.device.id]);
    assert_eq!(folded.change, Change::Devices { user_id: ada.id, added, removed });
    assert!(org.log.party(&ada.device.id).is_none());
    let party = org.log.party(&new.id).unwrap();
    assert_eq!((party.user_id, party.uik, party.tpk), (ada.id, ada.uik.public(), new.tpk.public()));
    let back = org.list(&ada, &ada.device, &ada.uik);
    assert_eq!(org.append(&back), Err(LeafRefused::DeviceIdReused));
    // The same device in the next list changes nothing; a certificate made anew is another.
    let again = org.list(&ada, &new, &ada.uik);
    let Change::Devices { added, removed, .. } = org.append(&again).unwrap().change else { panic!() };
    assert!(added.is_empty() && removed.is_empty());
    let (list_ver, prev) = org.log.next_device_list(&ada.id).unwrap();
    let mut cert = new.cert(&org.id(), ada.id, &ada.uik).cert().clone();
    cert.created += 1;
    let cert =
        conclave_crypto::certificate::SignedCert::issue(&org.id(), cert, &ada.uik, &new.dik_s, &new.tpk);
    let list = DeviceList { user_id: ada.id, list_ver, prev, at: START, devices: vec![cert] };
    let leaf = sign_device_list(&org.id(), list.clone(), &ada.uik);
    assert_eq!(org.append(&leaf), Err(LeafRefused::DeviceChanged));
    // An empty list is allowed; a certificate of another user is not.
    let bob = org.join("bob");
    let foreign = Device::new(&mut org.rng).cert(&org.id(), bob.id, &bob.uik);
    let leaf = sign_device_list(&org.id(), DeviceList { devices: vec![foreign], ..list.clone() }, &ada.uik);
    assert_eq!(org.append(&leaf), Err(LeafRefused::ForeignCertificate));
    let leaf = sign_device_list(&org.id(), DeviceList { devices: Vec::new(), ..list }, &ada.uik);
    org.append(&leaf).unwrap();
    assert!(org.log.party(&new.id).is_none());
}

#[test]
fn a_certificate_needs_its_three_signatures() {
    let mut org = Org::new("certificate");
    let (ada, leaf) = org.person("ada");
    org.append(&leaf).unwrap();
    let stranger = UikSecret::generate(&mut org.rng);
    let other = Device::new(&mut org.rng);
    let good = ada.device.cert(&org.id(), ada.id, &ada.uik).cert().clone();
    use conclave_crypto::certificate::SignedCert;
    for cert in [
        SignedCert::issue(&org.id(), good.clone(), &stranger, &ada.device.dik_s, &ada.device.tpk),
        SignedCert::issue(&org.id(), good.clone(), &ada.uik, &other.dik_s, &ada.device.tpk),
        SignedCert::issue(&org.id(), good.clone(), &ada.uik, &ada.device.dik_s, &other.tpk),
    ] {
        assert!(cert.verify(&ada.uik.public()).is_err());
        let list = DeviceList { user_id: ada.id, list_ver: 1, prev: [0; 32], at: START, devices: vec![cert] };
        let leaf = sign_device_list(&org.id(), list, &ada.uik);
        assert_eq!(org.append(&leaf), Err(LeafRefused::CertificateSignature));
    }
}

#[test]
fn a_reset_is_used_once_and_the_list_goes_on() {
    let mut org = Org::new("reset");
    let ada = org.join("ada");
    let (first, second) = (ResetCode::generate(&mut org.rng), ResetCode::generate(&mut org.rng));
    let new = UikSecret::generate(&mut org.rng);
    let leaf = reset_grant(&org, ada.id, &first, START + DAY);
    assert_eq!(org.append(&leaf).unwrap().change, Change::ResetGranted { user_id: ada.id });
    // A second grant replaces the first.
    let leaf = reset_grant(&org, ada.id, &second, START + DAY);
    org.append(&leaf).unwrap();
    let leaf = reset(&org, &ada, &first, &new, 1, START);
    assert_eq!(org.append(&leaf), Err(LeafRefused::UnknownKey));
    let leaf = reset(&org, &ada, &second, &new, 2, START);
    assert_eq!(org.append(&leaf), Err(LeafRefused::Sequence));
    let late = reset(&org, &ada, &second, &new, 1, START + DAY + 1);
    assert_eq!(org.log.check(&late, START + 2 * DAY), Err(LeafRefused::GrantExpired));
    let last_moment = reset(&org, &ada, &second, &new, 1, START + DAY);
    org.log.check(&last_moment, START + 2 * DAY).unwrap();
    let leaf = reset(&org, &ada, &second, &new, 1, START);
    let change = org.append(&leaf).unwrap().change;
    let removed = vec![ada.device.id];
    let (old, key) = (ada.uik.public(), new.public());
    let granted = org.log.user(&ada.id).unwrap().used_reset.unwrap();
    assert_eq!(change, Change::IdentityReset { user_id: ada.id, old, new: key, removed, granted });
    assert_eq!((granted.by.key, granted.second), (org.admin.public(), None));
    let another = UikSecret::generate(&mut org.rng);
    let leaf = reset(&org, &ada, &second, &another, 1, START);
    assert_eq!(org.append(&leaf), Err(LeafRefused::NoGrant));
    // The old key signs no list any more, the old device never returns, version and hash go on.
    let device = Device::new(&mut org.rng);
    let leaf = org.list(&ada, &device, &ada.uik);
    assert_eq!(org.append(&leaf), Err(LeafRefused::UnknownKey));
    let leaf = org.list(&ada, &ada.device, &new);
    assert_eq!(org.append(&leaf), Err(LeafRefused::DeviceIdReused));
    let leaf = org.list(&ada, &device, &new);
    org.append(&leaf).unwrap();
    assert_eq!(org.log.user(&ada.id).unwrap().list_ver, 2);
    // The next reset is number 2; a used grant key does not serve again.
    assert_eq!(org.log.next_reset_seq(&ada.id), Some(2));
    let leaf = reset_grant(&org, ada.id, &second, START + DAY);
    assert_eq!(org.append(&leaf), Err(LeafRefused::KeyReused));
}

#[test]
fn bans_follow_one_another_and_who_is_listed_returns() {
    let mut org = Org::new("bans");
    let ada = org.join("ada");
    let leaf = org.moved(org.lounge, &ada, true, START);
    org.append(&leaf).unwrap();
    let rv = org.log.room(&org.lounge).unwrap().rv;
    let target = Target::User(ada.id);
    let leaf = ban(&org, target, START + 500, SignWith::Directory(&org.dsk));
    assert_eq!(org.append(&leaf).unwrap().change, Change::Banned { target, by: None });
    assert!(members(&org, org.lounge).is_empty() && members(&org, org.general).is_empty());
    assert!(org.log.party(&ada.device.id).is_none());
    assert_eq!(org.log.room(&org.lounge).unwrap().rv, rv + 1);
    let again = ban(&org, target, 0, SignWith::Admin(&org.admin));
    assert_eq!(org.append(&again), Err(LeafRefused::NoChange));
    // Its end passes; it stays in force until the Unban, which the server may sign from then on.
    let early = unban(&org, target, START + 499, SignWith::Directory(&org.dsk));
    assert_eq!(org.append(&early), Err(LeafRefused::SignerRole));
    let leaf = unban(&org, target, START + 500, SignWith::Directory(&org.dsk));
    org.append(&leaf).unwrap();
    assert_eq!(members(&org, org.lounge), [ada.id]);
    assert_eq!(org.log.room(&org.lounge).unwrap().rv, rv + 2);
    // A ban without end is lifted by an admin key only.
    let leaf = ban(&org, target, 0, SignWith::Directory(&org.dsk));
    org.append(&leaf).unwrap();
    let leaf = unban(&org, target, START + 900, SignWith::Directory(&org.dsk));
    assert_eq!(org.append(&leaf), Err(LeafRefused::SignerRole));
    let leaf = unban(&org, target, START, SignWith::Admin(&org.admin));
    org.append(&leaf).unwrap();
    // One device.
    let target = Target::Device(ada.device.id);
    let leaf = ban(&org, target, 0, SignWith::Admin(&org.admin));
    org.append(&leaf).unwrap();
    assert!(org.log.party(&ada.device.id).is_none());
    assert_eq!(members(&org, org.lounge), [ada.id], "the person is still a member");
    assert!(!org.log.room(&org.lounge).unwrap().was_present(&ada.device.id, org.log.size()));
    let join = org.moved(org.lounge, &ada, false, START);
    assert_eq!(org.append(&join), Err(LeafRefused::DeviceNotActive));
}

#[test]
fn an_open_room_forgets_nobody_but_the_barred() {
    let mut org = Org::new("open room");
    let (ada, bob, cyd) = (org.join("ada"), org.join("bob"), org.join("cyd"));
    for person in [&ada, &bob, &cyd] {
        let leaf = org.moved(org.lounge, person, true, START);
        org.append(&leaf).unwrap();
        let twice = org.moved(org.lounge, person, true, START);
        assert_eq!(org.append(&twice), Err(LeafRefused::NoChange));
    }
    // Taken out means barred; leaving does not.
    let leaf = admit(&org, org.lounge, &cyd, Admission::Remove, None);
    org.append(&leaf).unwrap();
    let back = org.moved(org.lounge, &cyd, true, START);
    assert_eq!(org.append(&back), Err(LeafRefused::Barred));
    let leaf = org.moved(org.lounge, &bob, false, START);
    org.append(&leaf).unwrap();
    let leaf = org.moved(org.lounge, &bob, true, START);
    org.append(&leaf).unwrap();
    // The next RoomOrg replaces the barred and takes them off the list.
    let leaf = room_org(&org, org.lounge, |room| room.barred = vec![ada.id]);
    org.append(&leaf).unwrap();
    assert_eq!(members(&org, org.lounge), [bob.id]);
    let leaf = org.moved(org.lounge, &cyd, true, START);
    org.append(&leaf).unwrap();
    // Closed and opened again, the joined are forgotten.
    let leaf = room_org(&org, org.lounge, |room| {
        room.kind = RoomKind::Restricted;
        room.members = vec![bob.id];
    });
    org.append(&leaf).unwrap();
    assert_eq!(members(&org, org.lounge), [bob.id]);
    let leaf = room_org(&org, org.lounge, |room| {
        room.kind = RoomKind::Open;
        room.members = Vec::new();
        room.barred = Vec::new();
    });
    org.append(&leaf).unwrap();
    assert!(members(&org, org.lounge).is_empty());
    // Archived, nothing moves.
    let leaf = room_org(&org, org.lounge, |room| room.archived = true);
    org.append(&leaf).unwrap();
    let leaf = org.moved(org.lounge, &ada, true, START);
    assert_eq!(org.append(&leaf), Err(LeafRefused::Archived));
}

#[test]
fn a_room_admin_acts_with_an_active_device_only() {
    let mut org = Org::new("room admin");
    let (ada, bob, cyd) = (org.join("ada"), org.join("bob"), org.join("cyd"));
    let board = RoomId::random(&mut org.rng);
    let leaf = room_org(&org, board, |room| room.admins = vec![ada.id]);
    org.append(&leaf).unwrap();
    let leaf = admit(&org, board, &bob, Admission::Add, Some(&ada));
    let change = org.append(&leaf).unwrap().change;
    assert_eq!(change, Change::Admitted { room_id: board, user_id: bob.id, by: Some(ada.id) });
    let leaf = admit(&org, board, &cyd, Admission::Add, Some(&bob));
    assert_eq!(org.append(&leaf), Err(LeafRefused::NotRoomAdmin));
    let target = Target::User(ada.id);
    let leaf = ban(&org, target, 0, SignWith::Admin(&org.admin));
    org.append(&leaf).unwrap();
    let leaf = admit(&org, board, &cyd, Admission::Add, Some(&ada));
    assert_eq!(org.append(&leaf), Err(LeafRefused::DeviceNotActive));
    let leaf = org.moved(board, &bob, false, START);
    assert_eq!(org.append(&leaf).unwrap().change, Change::Left { room_id: board, user_id: bob.id });
    // Removed from a restricted room is not barred from it.
    let leaf = admit(&org, board, &bob, Admission::Add, None);
    org.append(&leaf).unwrap();
}

#[test]
fn rooms_hold_as_many_as_policy_says() {
    let mut org = Org::with("full room", |policy| Policy { max_room: 1, ..policy });
    let (ada, bob) = (org.join("ada"), org.join("bob"));
    let leaf = org.moved(org.lounge, &ada, true, START);
    org.append(&leaf).unwrap();
    let leaf = org.moved(org.lounge, &bob, true, START);
    assert_eq!(org.append(&leaf), Err(LeafRefused::RoomFull));
    let leaf = org.moved(org.lounge, &ada, false, START);
    org.append(&leaf).unwrap();
    let leaf = org.moved(org.lounge, &bob, true, START);
    org.append(&leaf).unwrap();
    // General has everyone, however many.
    assert_eq!(members(&org, org.general).len(), 2);
}

#[test]
fn leaves_from_the_future_wait() {
    let mut org = Org::new("future");
    let ada = org.join("ada");
    let at = START + 20 * 60 * 1000;
    let leaf = org.moved(org.lounge, &ada, true, at);
    assert_eq!(org.log.check(&leaf, at - 5 * 60 * 1000 - 1), Err(LeafRefused::Early));
    org.log.check(&leaf, at - 5 * 60 * 1000).unwrap();
    // The fold has no lower bound; the server has.
    org.log.check(&leaf, at + 400 * DAY).unwrap();
    org.log.server_rules(&leaf, at + 5 * 60 * 1000).unwrap();
    assert_eq!(org.log.server_rules(&leaf, at + 5 * 60 * 1000 + 1), Err(LeafRefused::Late));
    assert_eq!(org.log.server_rules(&leaf, at - 5 * 60 * 1000 - 1), Err(LeafRefused::Early));
    let (_, by_admin) = org.person("bob");
    org.log.server_rules(&by_admin, START + 7 * DAY).unwrap();
    assert_eq!(org.log.server_rules(&by_admin, START + 7 * DAY + 1), Err(LeafRefused::Late));
}

#[test]
fn the_server_refuses_the_eleventh_move_of_a_day() {
    let mut org = Org::new("moves");
    let (ada, bob) = (org.join("ada"), org.join("bob"));
    for index in 0..10 {
        let leaf = org.moved(org.lounge, &ada, index % 2 == 0, START + index);
        org.log.server_rules(&leaf, START).unwrap();
        org.append(&leaf).unwrap();
    }
    let leaf = org.moved(org.lounge, &ada, true, START + 10);
    assert_eq!(org.log.server_rules(&leaf, START), Err(LeafRefused::TooManyMoves));
    org.log.check(&leaf, START).unwrap();
    let tomorrow = org.moved(org.lounge, &ada, true, START + DAY);
    org.log.server_rules(&tomorrow, START + DAY).unwrap();
    let other = org.moved(org.lounge, &bob, true, START + 10);
    org.log.server_rules(&other, START).unwrap();
}

#[test]
fn an_admin_key_counts_from_its_own_time_while_listed() {
    let mut org = Org::new("admin key");
    let new = AdminSecret::generate(&mut org.rng);
    let mut policy = org.log.policy().unwrap().successor(START);
    policy.admins.push(PolicyAdmin { key: new.public(), user_id: UserId::new([1; 16]), nbf: START + 100 });
    let leaf = sign_policy(&org.id(), policy, &org.ork);
    org.append(&leaf).unwrap();
    let (ada, _) = org.person("ada");
    for (at, result) in [(START + 99, Err(LeafRefused::UnknownKey)), (START + 100, Ok(()))] {
        let user = UserAdd { at, ..user_add(&ada) };
        let leaf = sign_user_add(&org.id(), user, SignWith::Admin(&new), &ada.uik);
        assert_eq!(org.log.check(&leaf, START), result);
    }
}

#[test]
fn the_two_signatures_of_an_account_may_be_made_apart() {
    let mut org = Org::new("apart");
    let (ada, _) = org.person("ada");
    let object = Object::UserAdd(user_add(&ada)).encode(&org.id());
    let by_ada = sign_part(Kind::UserAdd, &object, SignWith::Uik(&ada.uik));
    let by_admin = sign_part(Kind::UserAdd, &object, SignWith::Admin(&org.admin));
    let swapped = assemble(Kind::UserAdd, &object, &[by_ada, by_admin]);
    assert_eq!(org.append(&swapped), Err(LeafRefused::SignerRole));
    let twice = assemble(Kind::UserAdd, &object, &[by_admin, by_admin]);
    assert_eq!(org.append(&twice), Err(LeafRefused::SignerRole));
    org.append(&assemble(Kind::UserAdd, &object, &[by_admin, by_ada])).unwrap();
}

#[test]
fn one_admin_does_not_count_for_two() {
    let mut org = Org::with("two admins", |policy| Policy { reset_admins: 2, ..policy });
    let ada = org.join("ada");
    let code = ResetCode::generate(&mut org.rng);
    let object = ResetGrant {
        user_id: ada.id,
        reset_seq: 1,
        grant: code.grant_key(&org.id(), &ada.id).public(),
        expires: START + DAY,
        reason: 1,
        at: START,
    };
    let sign = |keys: &[&AdminSecret]| sign_reset_grant(&org.id(), object, keys);
    let one = sign(&[&org.admin]);
    let same = sign(&[&org.admin, &org.admin]);
    let both = sign(&[&org.admin, &org.second_admin]);
    let three = sign(&[&org.admin, &org.second_admin, &org.admin]);
    assert_eq!(org.append(&one), Err(LeafRefused::SignatureCount));
    assert_eq!(org.append(&same), Err(LeafRefused::OnePerson));
    assert_eq!(org.append(&three), Err(LeafRefused::SignatureCount));
    org.append(&both).unwrap();
    let granted = org.log.user(&ada.id).unwrap().open_reset.unwrap();
    assert_eq!(granted.second.unwrap().key, org.second_admin.public());
}

//! openmls with X-Wing: a group of two. A turn is a commit (self-update) with its message.

use std::hint::black_box;

use openmls::prelude::tls_codec::{Deserialize as _, Serialize as _};
use openmls::prelude::*;
use openmls_basic_credential::SignatureKeyPair;
use openmls_libcrux_crypto::Provider;

use crate::TEXT;

const SUITE: Ciphersuite = Ciphersuite::MLS_256_XWING_CHACHA20POLY1305_SHA256_Ed25519;

struct Member {
    provider: Provider,
    signer: SignatureKeyPair,
    credential: CredentialWithKey,
}

struct End {
    member: Member,
    group: MlsGroup,
}

fn member(name: &str) -> Member {
    let signer = SignatureKeyPair::new(SUITE.signature_algorithm()).unwrap();
    let credential = CredentialWithKey {
        credential: BasicCredential::new(name.into()).into(),
        signature_key: signer.to_public_vec().into(),
    };
    Member { provider: Provider::new().unwrap(), signer, credential }
}

fn wire(out: &MlsMessageOut) -> ProtocolMessage {
    let bytes = out.tls_serialize_detached().unwrap();
    MlsMessageIn::tls_deserialize_exact(bytes).unwrap().try_into_protocol_message().unwrap()
}

fn groups(a: &Member, b: &Member) -> (MlsGroup, MlsGroup) {
    let package = KeyPackage::builder().build(SUITE, &b.provider, &b.signer, b.credential.clone()).unwrap();
    let config = MlsGroupCreateConfig::builder().ciphersuite(SUITE).use_ratchet_tree_extension(true).build();
    let mut first = MlsGroup::new(&a.provider, &a.signer, &config, a.credential.clone()).unwrap();
    let (_, welcome, _) =
        first.add_members(&a.provider, &a.signer, core::slice::from_ref(package.key_package())).unwrap();
    first.merge_pending_commit(&a.provider).unwrap();
    let bytes = welcome.tls_serialize_detached().unwrap();
    let MlsMessageBodyIn::Welcome(welcome) = MlsMessageIn::tls_deserialize_exact(bytes).unwrap().extract()
    else {
        panic!("the message is a welcome");
    };
    let second = StagedWelcome::new_from_welcome(&b.provider, config.join_config(), welcome, None)
        .unwrap()
        .into_group(&b.provider)
        .unwrap();
    (first, second)
}

fn message(from: &mut End, to: &mut End) {
    let out = from.group.create_message(&from.member.provider, &from.member.signer, &[b'x'; TEXT]).unwrap();
    black_box(to.group.process_message(&to.member.provider, wire(&out)).unwrap());
}

fn commit(from: &mut End, to: &mut End) {
    let own = &from.member;
    let bundle = from.group.self_update(&own.provider, &own.signer, LeafNodeParameters::default()).unwrap();
    let commit = wire(bundle.commit());
    from.group.merge_pending_commit(&own.provider).unwrap();
    let processed = to.group.process_message(&to.member.provider, commit).unwrap();
    let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
        panic!("the message is a commit");
    };
    to.group.merge_staged_commit(&to.member.provider, *staged).unwrap();
}

fn ends() -> (End, End) {
    let (a, b) = (member("a"), member("b"));
    let (first, second) = groups(&a, &b);
    (End { member: a, group: first }, End { member: b, group: second })
}

pub fn one_way() -> impl FnMut() {
    let (mut a, mut b) = ends();
    move || message(&mut a, &mut b)
}

pub fn turn() -> impl FnMut() {
    let (mut a, mut b) = ends();
    let mut from_a = true;
    move || {
        let (from, to) = if from_a { (&mut a, &mut b) } else { (&mut b, &mut a) };
        commit(from, to);
        message(from, to);
        from_a = !from_a;
    }
}

pub fn set_up() -> impl FnMut() {
    move || {
        let (mut a, mut b) = ends();
        message(&mut a, &mut b);
    }
}

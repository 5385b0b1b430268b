//! opaque-ke alone, with Conclave's groups: the server's two steps of a login, without key stretching at the client.

use std::hint::black_box;

use opaque_ke::ksf::Identity;
use opaque_ke::*;
use rand::rngs::OsRng;

struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2::Sha512>;
    type Ksf = Identity;
}

pub fn login() -> impl FnMut() {
    let mut rng = OsRng;
    let setup = ServerSetup::<Suite>::new(&mut rng);
    let start = ClientRegistration::<Suite>::start(&mut rng, b"secret").unwrap();
    let answer = ServerRegistration::<Suite>::start(&setup, start.message, b"ada").unwrap();
    let upload = start
        .state
        .finish(&mut rng, b"secret", answer.message, ClientRegistrationFinishParameters::default())
        .unwrap();
    let record = ServerRegistration::<Suite>::finish(upload.message).serialize();
    let client = ClientLogin::<Suite>::start(&mut rng, b"secret").unwrap();
    let request = client.message.serialize();
    let probe = ServerLogin::start(
        &mut rng,
        &setup,
        Some(ServerRegistration::<Suite>::deserialize(&record).unwrap()),
        client.message,
        b"ada",
        ServerLoginParameters::default(),
    )
    .unwrap();
    // A proof of another login: its check costs what the right one costs.
    let finish = client
        .state
        .finish(&mut rng, b"secret", probe.message, ClientLoginFinishParameters::default())
        .unwrap()
        .message
        .serialize();
    move || {
        let server = ServerLogin::start(
            &mut rng,
            &setup,
            Some(ServerRegistration::<Suite>::deserialize(&record).unwrap()),
            CredentialRequest::deserialize(&request).unwrap(),
            b"ada",
            ServerLoginParameters::default(),
        )
        .unwrap();
        black_box(server.message.serialize());
        let proof = CredentialFinalization::deserialize(&finish).unwrap();
        black_box(server.state.finish(proof, ServerLoginParameters::default()).is_err());
    }
}

//! The halves of safety numbers that were worked out already (PROTOCOL §2.8): 5 200 rounds of SHA-512 each, about two
//! milliseconds, asked for with every conversation that is opened. Each is known by the key itself, so none can be stale.

use std::collections::BTreeMap;

use conclave_crypto::keys::{UikPublic, UserId};
use conclave_crypto::safety_number::{HalfNumber, SafetyNumber};

/// Halves kept, my own among them: more people than one talks with in a day.
const MOST: usize = 256;

/// Halves by account key and account.
#[derive(Debug, Default)]
pub(super) struct HalfNumbers(BTreeMap<(UserId, UikPublic), HalfNumber>);

impl HalfNumbers {
    /// The number of two accounts.
    pub(super) fn between(&mut self, mine: (UserId, UikPublic), theirs: (UserId, UikPublic)) -> SafetyNumber {
        SafetyNumber::new(self.half(mine), self.half(theirs))
    }

    fn half(&mut self, of: (UserId, UikPublic)) -> HalfNumber {
        if self.0.len() >= MOST && !self.0.contains_key(&of) {
            self.0.clear();
        }
        self.0.entry(of).or_insert_with(|| HalfNumber::of(&of.1, &of.0)).clone()
    }
}

#[cfg(test)]
mod tests {
    use conclave_crypto::keys::UikSecret;

    use super::*;
    use crate::core::tests::org::SimRng;

    #[test]
    fn a_number_is_that_of_the_keys_at_hand_also_when_a_key_changes() {
        let mut known = HalfNumbers::default();
        let mut rng = SimRng::new(28);
        let [mine, one, other] = [(); 3].map(|()| UikSecret::generate(&mut rng).public());
        let id = |user: u16| {
            let mut id = [0; 16];
            id[..2].copy_from_slice(&user.to_be_bytes());
            UserId::new(id)
        };
        let mine = (id(0), mine);
        for key in [one, other, one] {
            let theirs = (id(1), key);
            let fresh = SafetyNumber::between((&mine.1, &mine.0), (&theirs.1, &theirs.0));
            assert_eq!(known.between(mine, theirs), fresh, "{key:?}");
            assert_eq!(known.between(theirs, mine), fresh, "{key:?}");
        }
        assert_eq!(known.0.len(), 3);
        for user in 0..u16::try_from(MOST).unwrap() {
            let _number = known.half((id(user), one));
        }
        assert!(known.0.len() <= MOST);
    }
}

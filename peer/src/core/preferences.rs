//! What a program in front keeps for itself between two starts: sealed like every record, never sent, not understood
//! here. The window keeps its notifications and its lock so.

use conclave_proto::ErrorCode;
use zeroize::Zeroizing;

use super::Core;
use super::gate::{Staged, Step};
use super::records::{damaged, name};
use crate::model::{Answer, Failure, PreferencesSet};
use crate::record::{Key, Read, Tree};

/// Bytes kept: a page of settings is far shorter.
const MOST: usize = 4096;

fn key() -> Key {
    name(b'W', &[])
}

impl<R: Read> Core<R> {
    /// `preferences.get`.
    pub(super) fn preferences_get(&self, step: &Staged) -> Result<Answer, Failure> {
        let bytes = self.get(step, Tree::Settings, &key())?.unwrap_or_default();
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| damaged())?;
        Ok(Answer::Preferences { preferences: text })
    }

    /// `preferences.set`.
    pub(super) fn preferences_set(step: &mut Step<'_>, call: PreferencesSet) -> Result<Answer, Failure> {
        if call.preferences.len() > MOST {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "preferences"));
        }
        step.put(Tree::Settings, key(), Zeroizing::new(call.preferences.into_bytes()));
        Ok(Answer::Done {})
    }
}

//! Profiles: what was received of others with its date, and the own one while it is changed.

use std::collections::BTreeMap;

use conclave_peer::model::{Answer, Call, Failure, Profile, ProfileSet, Time, UserId};

use crate::command::Purpose;

use super::Effect;
use super::crop::{self, Choosing};
use super::main::ask::{one, question};

/// A profile and when it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    /// The profile.
    pub profile: Profile,
    /// When it was received; `None` when it never was, or is the own one.
    pub cached_at: Option<Time>,
}

/// Fields of the form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    /// Full name.
    pub full_name: String,
    /// Position.
    pub position: String,
    /// Description.
    pub description: String,
    /// Location.
    pub location: String,
}

impl Fields {
    /// As the engine takes them; empty ones are cleared.
    #[must_use]
    pub fn into_set(self) -> ProfileSet {
        let trimmed = |text: String| Some(text.trim().to_owned());
        ProfileSet {
            full_name: trimmed(self.full_name),
            position: trimmed(self.position),
            description: trimmed(self.description),
            location: trimmed(self.location),
            ..ProfileSet::default()
        }
    }
}

/// What a person does with the own profile.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Takes the form.
    Save(Fields),
    /// Another picture.
    Picture(crop::Act),
    /// No picture.
    NoPicture,
}

/// Everything known of profiles.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profiles {
    cards: BTreeMap<UserId, Card>,
    /// The picture that is being chosen.
    pub picture: Choosing,
    /// Whether the own one is being saved.
    pub saving: bool,
    /// Whether it was saved since the page was opened.
    pub saved: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
}

impl Profiles {
    /// A person's card, when it was asked for.
    #[must_use]
    pub fn card(&self, user: UserId) -> Option<&Card> {
        self.cards.get(&user)
    }

    /// Asks for a person's card, and for a fresh one if they can be reached.
    #[must_use]
    pub fn ask(user: UserId, mine: bool) -> Vec<Effect> {
        let mut effects = vec![question(Purpose::Profile(user), Call::ProfileGet(one(user)))];
        if !mine {
            effects.push(question(Purpose::Unheard, Call::ProfileRequest(one(user))));
        }
        effects
    }

    pub(super) fn act(&mut self, act: Act) -> Vec<Effect> {
        if self.saving {
            return Vec::new();
        }
        if let Act::Picture(act) = act {
            let takes = act == crop::Act::Take;
            let effects = self.picture.act(act);
            if takes && !effects.is_empty() {
                self.begin();
            }
            return effects;
        }
        self.begin();
        let set = match act {
            Act::Save(fields) => fields.into_set(),
            Act::Picture(_) => ProfileSet::default(),
            Act::NoPicture => ProfileSet { picture_remove: Some(true), ..ProfileSet::default() },
        };
        vec![question(Purpose::OwnProfile, Call::ProfileSet(set))]
    }

    fn begin(&mut self) {
        self.saving = true;
        self.saved = false;
        self.failure = None;
    }

    pub(super) fn take(&mut self, user: UserId, answer: Answer) {
        if let Answer::Profile { profile, cached_at } = answer {
            self.cards.insert(user, Card { profile, cached_at });
        }
    }

    pub(super) fn came(&mut self, user: UserId, profile: Profile, now: Time) {
        self.cards.insert(user, Card { profile, cached_at: Some(now) });
    }

    pub(super) fn saved(&mut self, me: Option<UserId>, result: Result<Answer, Failure>) {
        self.saving = false;
        match result {
            Ok(Answer::OwnProfile { profile }) => {
                self.saved = true;
                if let Some(me) = me {
                    self.cards.insert(me, Card { profile, cached_at: None });
                }
            }
            Ok(_) => {}
            Err(failure) => self.failure = Some(failure),
        }
    }
}

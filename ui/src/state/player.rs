//! The sound that plays: one at a time, in a player of its own beside the conversations, so that it goes on when its
//! conversation is left (UI, R19). The bytes never come here.

use conclave_peer::model::{File, FileId, Target, UserId};

use crate::name;

use super::preview::{self, Previews, Seen};
use super::{Effect, Page};
use crate::command::Command;

/// What a person does with the player, and what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Plays a sound, or goes on with it, or holds it.
    Turn(FileId),
    /// It began to sound, or stopped.
    Sounds(bool),
    /// Ends it.
    Close,
}

/// The sound that plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// Its file.
    pub file: FileId,
    /// Its bytes.
    pub size: u64,
    /// Its name, made fit to stand in a line; empty when nothing visible is left of it.
    pub name: String,
    /// Whose conversation it is of.
    pub with: Option<UserId>,
    /// The name under which it is played in this run, once there is one.
    pub seen: Option<Seen>,
    /// Whether it sounds.
    pub sounds: bool,
}

impl Player {
    fn new(file: &File) -> Self {
        let with = match file.conversation {
            Some(Target::User(user)) => Some(user),
            _ => None,
        };
        Self {
            file: file.file,
            size: file.size,
            name: name::shown(&file.name, ""),
            with,
            seen: None,
            sounds: true,
        }
    }

    /// The number that its element is known by.
    fn number(&self) -> Option<u128> {
        u128::from_str_radix(&self.seen.as_ref()?.token, 16).ok()
    }
}

/// Carries out an act; `file` is the one that it is about, where it is at hand.
pub(super) fn act(
    player: &mut Option<Player>,
    previews: &mut Previews,
    act: Act,
    file: Option<File>,
) -> Vec<Effect> {
    match (act, player.as_mut()) {
        (Act::Turn(id), Some(there)) if there.file == id => {
            let go = !there.sounds;
            there.number().map(|name| Effect::Page(Page::Sound { name, go })).into_iter().collect()
        }
        (Act::Turn(_), _) => {
            let Some(file) = file else { return Vec::new() };
            let mut effects = close(player, previews);
            effects.extend(previews.act(preview::Act::Play { file: file.file, size: file.size }));
            *player = Some(Player::new(&file));
            effects
        }
        (Act::Sounds(sounds), Some(there)) => {
            there.sounds = sounds;
            Vec::new()
        }
        (Act::Close, _) => close(player, previews),
        (Act::Sounds(_), None) => Vec::new(),
    }
}

/// Ends the sound that plays; its name is good for nothing any more.
pub(super) fn close(player: &mut Option<Player>, previews: &mut Previews) -> Vec<Effect> {
    let Some(there) = player.take() else { return Vec::new() };
    vec![Effect::Ask(Command::ForgetPictures(previews.forget(&[there.file])))]
}

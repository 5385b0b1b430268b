//! The bodies of the table in PROTOCOL §2.5, without those of rooms.

use core::fmt;

use super::ack::{Ack, MAX_ACKS};
use super::codec::{check_mentions, format, mentions, reply, text, write_mentions, write_reply};
use super::file::FileOffer;
use super::profile::Profile;
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::file::FileRef;
use crate::keys::{ConversationId, MessageId, UserId};

/// Numbers of the kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind;

macro_rules! kinds {
    ($($name:ident = $number:literal),* $(,)?) => {
        impl Kind {
            $(#[doc = concat!("`", stringify!($name), "`")] pub const $name: u8 = $number;)*
        }
    };
}

kinds!(
    TEXT = 1,
    EDIT = 2,
    DELETE = 3,
    REACTION = 4,
    FILE = 5,
    TIMER = 6,
    SERVICE = 7,
    DELIVERED = 16,
    READ = 17,
    TYPING = 18,
    NUDGE = 19,
    RESET = 20,
    PROFILE = 32,
    PROFILE_REQ = 33,
    CONTACT_REQ = 34,
    CONTACT_ANS = 35,
    SKDM = 48,
    SKDM_REQ = 49,
    ROOM_STATE = 50,
    ROOM_REQ = 51,
    ROOM_ANS = 52,
    REMOVAL = 53,
    STATE_REQ = 54,
);

impl Kind {
    /// Whether a message of this kind is journalled and acknowledged by DELIVERED. Unknown kinds are.
    #[must_use]
    pub const fn is_acked(kind: u8) -> bool {
        !matches!(
            kind,
            Self::DELIVERED
                | Self::READ
                | Self::TYPING
                | Self::NUDGE
                | Self::RESET
                | Self::PROFILE
                | Self::PROFILE_REQ
                | Self::SKDM
                | Self::SKDM_REQ
                | Self::STATE_REQ
        )
    }
}

/// How a text is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As it is.
    Plain,
    /// Light markup.
    Markup,
}

/// A person named in a text: a piece of it, in bytes of UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// Who.
    pub user_id: UserId,
    /// First byte.
    pub start: u32,
    /// Length, in bytes.
    pub len: u32,
}

/// TEXT.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// How it is shown.
    pub format: Format,
    /// The message answered, if any.
    pub reply_to: Option<MessageId>,
    /// Disappears this many seconds after it is read; 0 never.
    pub timer_s: u32,
    /// Who is named, at most 255.
    pub mentions: Vec<Mention>,
    /// The text.
    pub text: String,
}

/// EDIT: replaces the text of an own message.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// The message.
    pub target: MessageId,
    /// How the new text is shown.
    pub format: Format,
    /// Who is named, at most 255.
    pub mentions: Vec<Mention>,
    /// The new text.
    pub text: String,
}

/// DELETE: withdraws an own message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delete {
    /// The message.
    pub target: MessageId,
}

/// REACTION: one per author, target and emoji.
#[derive(Clone, PartialEq, Eq)]
pub struct Reaction {
    /// The message.
    pub target: MessageId,
    /// Set, or cleared.
    pub set: bool,
    /// At most 255 bytes.
    pub emoji: String,
}

/// A body that was read.
#[derive(PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// Kind 1.
    Text(Text),
    /// Kind 2.
    Edit(Edit),
    /// Kind 3.
    Delete(Delete),
    /// Kind 4.
    Reaction(Reaction),
    /// Kind 5: a file offer.
    File(FileOffer),
    /// Kind 6: the conversation's disappearing-message timer in seconds, 0 off.
    Timer(u32),
    /// Kind 7: data of a registered extension.
    Service {
        /// Its name, at most 255 bytes.
        service: Vec<u8>,
        /// Its data.
        data: Vec<u8>,
    },
    /// Kind 16: opened and journalled; at most 512.
    Delivered(Vec<Ack>),
    /// Kind 17: read, if the user allows it to be said; at most 512.
    Read(Vec<Ack>),
    /// Kind 18: online only.
    Typing {
        /// Where.
        conv_id: ConversationId,
        /// Began, or ended.
        on: bool,
    },
    /// Kind 19: please answer, so that the ratchet turns.
    Nudge,
    /// Kind 20: first of a restarted session.
    Reset {
        /// Why; for the line shown.
        reason: u8,
        /// The last message that was opened before.
        last_good: MessageId,
    },
    /// Kind 32.
    Profile(Profile),
    /// Kind 33: the version that is known.
    ProfileRequest(u32),
    /// Kind 34: a note to the person asked.
    ContactRequest(String),
    /// Kind 35: yes or no.
    ContactAnswer(bool),
    /// A kind of rooms, or one this version does not know: kept, acknowledged, shown as "needs a newer version".
    Other {
        /// Its number.
        kind: u8,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl Body {
    /// The number of its kind.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Text(_) => Kind::TEXT,
            Self::Edit(_) => Kind::EDIT,
            Self::Delete(_) => Kind::DELETE,
            Self::Reaction(_) => Kind::REACTION,
            Self::File(_) => Kind::FILE,
            Self::Timer(_) => Kind::TIMER,
            Self::Service { .. } => Kind::SERVICE,
            Self::Delivered(_) => Kind::DELIVERED,
            Self::Read(_) => Kind::READ,
            Self::Typing { .. } => Kind::TYPING,
            Self::Nudge => Kind::NUDGE,
            Self::Reset { .. } => Kind::RESET,
            Self::Profile(_) => Kind::PROFILE,
            Self::ProfileRequest(_) => Kind::PROFILE_REQ,
            Self::ContactRequest(_) => Kind::CONTACT_REQ,
            Self::ContactAnswer(_) => Kind::CONTACT_ANS,
            Self::Other { kind, .. } => *kind,
        }
    }

    /// The encoded body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        match self {
            Self::Text(body) => {
                out.u8(body.format as u8);
                write_reply(&mut out, body.reply_to);
                out.u32(body.timer_s);
                write_mentions(&mut out, &body.mentions);
                out.bytes32(body.text.as_bytes());
            }
            Self::Edit(body) => {
                out.raw(body.target.as_bytes()).u8(body.format as u8);
                write_mentions(&mut out, &body.mentions);
                out.bytes32(body.text.as_bytes());
            }
            Self::Delete(body) => {
                out.raw(body.target.as_bytes());
            }
            Self::Reaction(body) => {
                out.raw(body.target.as_bytes()).flag(body.set).bytes8(body.emoji.as_bytes());
            }
            Self::File(body) => {
                body.file.encode(&mut out);
                write_reply(&mut out, body.reply_to);
                out.u32(body.timer_s).bytes16(body.caption.as_bytes());
            }
            Self::Timer(number) | Self::ProfileRequest(number) => {
                out.u32(*number);
            }
            Self::Service { service, data } => {
                out.bytes8(service).bytes32(data);
            }
            Self::Delivered(acks) | Self::Read(acks) => {
                out.list16(acks, |out, ack| ack.encode(out));
            }
            Self::Typing { conv_id, on } => {
                out.raw(conv_id.as_bytes()).flag(*on);
            }
            Self::Nudge => {}
            Self::Reset { reason, last_good } => {
                out.u8(*reason).raw(last_good.as_bytes());
            }
            Self::Profile(body) => body.encode(&mut out),
            Self::ContactRequest(note) => {
                out.bytes16(note.as_bytes());
            }
            Self::ContactAnswer(yes) => {
                out.flag(*yes);
            }
            Self::Other { bytes, .. } => {
                out.raw(bytes);
            }
        }
        out.finish()
    }

    /// Reads the body of a kind.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(kind: u8, bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            Ok(match kind {
                Kind::TEXT => {
                    let body = Text {
                        format: format(reader)?,
                        reply_to: reply(reader)?,
                        timer_s: reader.u32()?,
                        mentions: mentions(reader)?,
                        text: text(reader.bytes32()?)?,
                    };
                    check_mentions(&body.mentions, &body.text)?;
                    Self::Text(body)
                }
                Kind::EDIT => {
                    let body = Edit {
                        target: MessageId::decode(reader)?,
                        format: format(reader)?,
                        mentions: mentions(reader)?,
                        text: text(reader.bytes32()?)?,
                    };
                    check_mentions(&body.mentions, &body.text)?;
                    Self::Edit(body)
                }
                Kind::DELETE => Self::Delete(Delete { target: MessageId::decode(reader)? }),
                Kind::REACTION => Self::Reaction(Reaction {
                    target: MessageId::decode(reader)?,
                    set: reader.flag()?,
                    emoji: text(reader.bytes8()?)?,
                }),
                Kind::FILE => Self::File(FileOffer {
                    file: FileRef::decode(reader)?,
                    reply_to: reply(reader)?,
                    timer_s: reader.u32()?,
                    caption: text(reader.bytes16()?)?,
                }),
                Kind::TIMER => Self::Timer(reader.u32()?),
                Kind::SERVICE => {
                    Self::Service { service: reader.bytes8()?.to_vec(), data: reader.bytes32()?.to_vec() }
                }
                Kind::DELIVERED => Self::Delivered(acks(reader)?),
                Kind::READ => Self::Read(acks(reader)?),
                Kind::TYPING => Self::Typing { conv_id: ConversationId::decode(reader)?, on: reader.flag()? },
                Kind::NUDGE => Self::Nudge,
                Kind::RESET => Self::Reset { reason: reader.u8()?, last_good: MessageId::decode(reader)? },
                Kind::PROFILE => Self::Profile(Profile::decode(reader)?),
                Kind::PROFILE_REQ => Self::ProfileRequest(reader.u32()?),
                Kind::CONTACT_REQ => Self::ContactRequest(text(reader.bytes16()?)?),
                Kind::CONTACT_ANS => Self::ContactAnswer(reader.flag()?),
                _ => Self::Other { kind, bytes: reader.take(bytes.len())?.to_vec() },
            })
        })
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body(kind {}, redacted)", self.kind())
    }
}

// What people write does not belong into logs.
macro_rules! redacted {
    ($($name:ident),*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        })*
    };
}

redacted!(Text, Edit, Reaction, Profile, FileOffer);

fn acks(reader: &mut Reader<'_>) -> Result<Vec<Ack>, DecodeError> {
    let acks = reader.list16(Ack::decode)?;
    if acks.len() <= MAX_ACKS { Ok(acks) } else { Err(DecodeError::Range) }
}

//! Fields that several bodies share.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{MessageId, UserId};

use super::body::{Format, Mention};

/// UTF-8 text.
pub(super) fn text(bytes: &[u8]) -> Result<String, DecodeError> {
    core::str::from_utf8(bytes).map(str::to_owned).map_err(|_| DecodeError::Range)
}

/// A message id, zeros for none.
pub(super) fn reply(reader: &mut Reader<'_>) -> Result<Option<MessageId>, DecodeError> {
    let id = MessageId::decode(reader)?;
    Ok((!id.is_zero()).then_some(id))
}

pub(super) fn write_reply(out: &mut Writer, reply: Option<MessageId>) {
    out.raw(reply.unwrap_or(MessageId::new([0; 16])).as_bytes());
}

pub(super) fn format(reader: &mut Reader<'_>) -> Result<Format, DecodeError> {
    match reader.u8()? {
        0 => Ok(Format::Plain),
        1 => Ok(Format::Markup),
        _ => Err(DecodeError::Range),
    }
}

pub(super) fn mentions(reader: &mut Reader<'_>) -> Result<Vec<Mention>, DecodeError> {
    reader.list8(|reader| {
        Ok(Mention { user_id: UserId::decode(reader)?, start: reader.u32()?, len: reader.u32()? })
    })
}

pub(super) fn write_mentions(out: &mut Writer, mentions: &[Mention]) {
    out.list8(mentions, |out, mention| {
        out.raw(mention.user_id.as_bytes()).u32(mention.start).u32(mention.len);
    });
}

/// A mention is a piece of the text it stands in, on character boundaries.
pub(super) fn check_mentions(mentions: &[Mention], text: &str) -> Result<(), DecodeError> {
    let holds = |mention: &Mention| {
        let start = usize::try_from(mention.start).ok()?;
        let end = start.checked_add(usize::try_from(mention.len).ok()?)?;
        text.get(start..end)
    };
    if mentions.iter().all(|mention| holds(mention).is_some()) { Ok(()) } else { Err(DecodeError::Range) }
}

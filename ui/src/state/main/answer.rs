//! What the engine answered.

use conclave_peer::model::{Answer, ErrorCode, Failure, ServerLink, Time, UserId};

use crate::command::{Purpose, Update};
use crate::state::conversation::Conversation;
use crate::state::profile::Profiles;
use crate::state::safety::Safety;
use crate::state::storage::Storage;
use crate::state::{Effect, Page, settings};

use super::{Again, Link, Main, Said, Section, failure_of};

impl Main {
    pub(in crate::state) fn take(&mut self, update: Update, focused: bool, now: Time) -> Vec<Effect> {
        let Some(update) = self.account.take(update) else { return Vec::new() };
        match update {
            Update::Answer(purpose, result) => return self.answer(purpose, *result, focused, now),
            Update::Notification(notification) => return self.happened(*notification, focused, now),
            Update::FileSent { to, file, caption, result } => {
                self.file_sent(Again { to, file, caption }, *result, now);
            }
            Update::Saved(Ok(Some(name))) => self.say(Said::Saved(name), now),
            Update::Saved(Err(failure)) => self.say(Said::Failed(failure), now),
            Update::Exported(result) => return self.exported(result, now),
            Update::ErasedAll(Err(failure)) => return self.not_erased(failure),
            Update::BackedUp(result) => self.storage.backed_up(result),
            Update::PictureShown(seen) => return self.profiles.picture.shown(seen),
            Update::Pasted(Some(chosen)) => return self.attach_one(chosen),
            Update::Glanced { source, glance } => {
                if let Some(attach) = self.sheet() {
                    attach.glanced(&source, &glance);
                }
            }
            Update::ClipboardRead(text) => self.clipboard_read(text.as_ref()),
            Update::Seen { file, which, seen } => {
                if let Some(player) = self.player.as_mut().filter(|player| player.file == file) {
                    player.seen.clone_from(&seen);
                }
                if seen.is_none() {
                    self.player.take_if(|player| player.file == file);
                }
                self.previews.seen(file, which, seen);
            }
            Update::Written { file, result: Ok(Some(path)) } => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                self.say(Said::Saved(name.unwrap_or_default()), now);
                self.outside.wrote(file, path);
            }
            Update::Written { result: Err(failure), .. } => self.say(Said::Failed(failure), now),
            Update::Outside(folder) => self.outside.folder = folder,
            Update::NoProgram => self.say(Said::NoProgram, now),
            Update::CodeRead(text) => return self.safety.number_read(text, &mut self.overlay),
            Update::Forgotten(tokens) => {
                self.previews.gone(&tokens);
                if let Some(attach) = self.sheet() {
                    attach.gone(&tokens);
                }
            }
            Update::ReadThere(user) => return self.read_there(user),
            Update::Examined { number, result } => self.doctor.take(number, result),
            // What went wrong stands until it is closed: its details are what was copied.
            Update::Network(there) => self.network = Some(there),
            Update::Copied(true) if self.note.as_ref().is_none_or(|note| !note.stays()) => {
                self.say(Said::Copied, now);
            }
            _ => {}
        }
        Vec::new()
    }

    fn answer(
        &mut self,
        purpose: Purpose,
        result: Result<Answer, Failure>,
        focused: bool,
        now: Time,
    ) -> Vec<Effect> {
        match (purpose, result) {
            (Purpose::Contacts, Ok(Answer::Contacts { contacts })) => self.roster.set_contacts(contacts),
            (Purpose::Conversations, Ok(Answer::Conversations { conversations })) => {
                self.roster.set_conversations(conversations);
                self.ahead.listed();
            }
            (Purpose::Status, Ok(Answer::Status(status))) => {
                let first = self.me.replace(status.me.clone()).is_none();
                self.policy.clone_from(&status.policy);
                self.link = Some(Link {
                    state: status.server.state,
                    since: status.server.since,
                    next_try_at: status.server.next_try_at,
                    directory_age: status.directory.age,
                    valid_until: Some(status.directory.valid_until),
                });
                match status.directory.fault.as_deref() {
                    Some(code) => self.alarm = Some(failure_of(code)),
                    None => self.directory_is_whole(),
                }
                let me = status.me.user;
                let online = status.server.state == ServerLink::Online;
                self.status = Some(*status);
                let mut effects = if online { self.signed_in() } else { Vec::new() };
                if first {
                    // The own picture stands at the foot of the rail.
                    effects.extend(Profiles::ask(me, true));
                }
                return effects;
            }
            (
                Purpose::Newest(user) | Purpose::Older(user) | Purpose::Newer(user) | Purpose::Around(user),
                Err(failure),
            ) => self.not_listed(user, failure),
            (Purpose::Newest(user), Ok(Answer::Messages { messages, more })) => {
                let known = self.recent.answered(user);
                let effects = self.listed(user, |open| match known {
                    true => open.renewed(messages, more),
                    false => open.newest(messages, more),
                });
                return effects
                    .into_iter()
                    .chain(if focused { self.read_open() } else { Vec::new() })
                    .collect();
            }
            (Purpose::Ahead(user), result) => return self.read_ahead(user, result).into_iter().collect(),
            (Purpose::Older(user), Ok(Answer::Messages { messages, more })) => {
                return self.listed(user, |open| open.older(messages, more));
            }
            (Purpose::Newer(user), Ok(Answer::Messages { messages, more })) => {
                let effects = self.listed(user, |open| open.newer(messages, more));
                return effects
                    .into_iter()
                    .chain(if focused { self.read_open() } else { Vec::new() })
                    .collect();
            }
            (Purpose::Around(user), Ok(Answer::Messages { messages, .. })) => {
                let mut effects = self.listed(user, |open| open.around(messages, true));
                let found = self.open.as_ref().and_then(|open| open.found);
                effects.extend(found.map(|id| Effect::Page(Page::ShowMessage(id))));
                return effects;
            }
            (Purpose::Changed, Ok(answer)) => self.changed(answer),
            (Purpose::Privacy, Ok(Answer::Settings { settings })) => self.privacy = Some(settings),
            (Purpose::Presence, Ok(Answer::OwnPresence { status, until, .. })) => {
                (self.presence, self.presence_until) = (status, until);
            }
            (Purpose::Erased(user), result) => {
                let mut effects = self.erased(user, result, now);
                if self.section == Section::Settings && self.page == settings::Page::Storage {
                    effects.push(Storage::ask());
                }
                return effects;
            }
            (Purpose::Storage, result) => return self.storage.take(result),
            (Purpose::Blocked, Ok(Answer::DirectoryActs { acts, .. })) => self.blocked_by(&acts),
            (Purpose::Log, result) => return self.log.take(result),
            (Purpose::Requests, Ok(answer)) => self.requests.set(answer),
            (Purpose::Search(number), result) => {
                if let Some(search) = &mut self.search {
                    search.take(number, result);
                }
            }
            (Purpose::Send { to, number, text }, result) => {
                return self.sent(to, number, text, result).into_iter().collect();
            }
            (Purpose::Safety(user), Ok(answer)) => self.safety.take(user, answer),
            (Purpose::Verified(user), result) => {
                if matches!(result, Ok(Answer::Match { matches: true })) {
                    let name = self.roster.person(user).map(|person| person.name()).unwrap_or_default();
                    self.say(Said::Matched(name), now);
                }
                return Safety::verified(user, result, &mut self.overlay);
            }
            (Purpose::Path(user), Ok(Answer::Path { path, reason, clock_minutes, .. })) => {
                self.roster.change(user, |contact| contact.path = path);
                self.roster.reason(user, reason, clock_minutes);
            }
            (Purpose::Profile(user), Ok(answer)) => self.profiles.take(user, answer),
            (Purpose::OwnProfile, result) => self.profiles.saved(self.me.as_ref().map(|me| me.user), result),
            (Purpose::AllFiles, Ok(Answer::Files { files })) => self.transfers.set(files),
            (Purpose::Counted(user), Ok(Answer::Counted(counts))) => {
                self.held = Some((user, counts));
                self.shared.counted(user, counts);
            }
            (Purpose::Shared { user, kind, older }, result) => {
                self.shared.found(user, kind, older, result);
            }
            (Purpose::Transfers, Ok(Answer::File { file })) => self.file_moved(&file),
            (Purpose::Quiet | Purpose::Transfers | Purpose::Changed | Purpose::Privacy, Err(failure)) => {
                self.say(Said::Failed(failure), now)
            }
            _ => {}
        }
        Vec::new()
    }

    fn listed(&mut self, user: UserId, change: impl FnOnce(&mut Conversation)) -> Vec<Effect> {
        if let Some(open) = self.open.as_mut().filter(|open| open.with == user) {
            change(open);
        }
        Vec::new()
    }

    fn not_listed(&mut self, user: UserId, failure: Failure) {
        let Some(open) = self.open.as_mut().filter(|open| open.with == user) else { return };
        if failure.code == ErrorCode::ApiNotFound && open.messages.is_empty() {
            // Nobody has written yet.
            open.newest(Vec::new(), false);
        } else {
            open.loading = false;
            open.failure = Some(failure);
        }
    }
}

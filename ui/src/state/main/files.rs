//! Files: chosen, sent, taken, stopped and written out.

use std::path::{Path, PathBuf};

use conclave_peer::model::{Answer, Call, Direction, Failure, File, FileId, UserId};

use crate::command::Command;
use crate::state::overlay::{Attach, Chosen, Confirm, Overlay};
use crate::state::player;
use crate::state::transfers::ASK_ABOVE;
use crate::state::{Effect, Page, field};

use super::{Act, Again, Main, Said, ask};

/// Files that may be chosen at once: a person looks them through before they are sent.
const MOST_CHOSEN: usize = 20;

impl Main {
    pub(super) fn file_act(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::Attach(paths) => self.attach(paths),
            Act::PastePicture => match &self.open {
                Some(open) => vec![Effect::Ask(Command::PastePicture(open.with))],
                None => Vec::new(),
            },
            Act::Unattach(place) => {
                let seen = self.sheet().and_then(|attach| attach.remove(place));
                seen.map(Effect::Ask).into_iter().chain([Effect::Page(Page::Focus(field::CAPTION))]).collect()
            }
            Act::SendFiles { caption } => self.send_files(&caption),
            Act::SendAsFile(number) => self.send_as_file(number),
            Act::SendAgain => {
                let again = self.note.take().and_then(|note| note.again);
                let send = |Again { to, file, caption }| Command::SendFile { to, file, caption };
                again.map(|again| Effect::Ask(send(again))).into_iter().collect()
            }
            Act::AcceptFile(file) => ask::turn(file, Call::FileAccept),
            Act::DeclineFile(file) => ask::turn(file, Call::FileDecline),
            Act::PauseFile(file) => ask::turn(file, Call::FilePause),
            Act::ResumeFile(file) => ask::turn(file, Call::FileResume),
            Act::RetryFiles => {
                let failed = self.transfers.failed().into_iter();
                let resumed = failed.flat_map(|file| ask::turn(file, Call::FileResume));
                self.try_now().into_iter().chain(resumed).collect()
            }
            Act::ClearFiles => {
                self.transfers.clear();
                Vec::new()
            }
            Act::CancelFile(file) => self.cancel(file),
            Act::SaveFile(file) => self.save(file),
            Act::OpenFile(file) => self.show(Overlay::Confirm(Confirm::OpenFile(file))),
            Act::Reveal(file) => {
                self.in_open(|open| open.menu = None);
                let path = self.outside.at(file).map(Path::to_owned);
                path.map(|path| Effect::Ask(Command::Reveal(path))).into_iter().collect()
            }
            Act::Player(act) => {
                let file = match act {
                    player::Act::Turn(id) => self.known_file(id).cloned(),
                    player::Act::Sounds(_) | player::Act::Close => None,
                };
                player::act(&mut self.player, &mut self.previews, act, file)
            }
            Act::ReadNumber(path) => self.safety.read(path, &mut self.overlay),
            Act::Shared(act) => self.share(act),
            _ => Vec::new(),
        }
    }

    pub(super) fn attach(&mut self, paths: Vec<PathBuf>) -> Vec<Effect> {
        let Some(open) = &self.open else { return Vec::new() };
        let left_out = paths.len().saturating_sub(MOST_CHOSEN);
        let files: Vec<Chosen> = paths.into_iter().take(MOST_CHOSEN).map(Chosen::new).collect();
        if files.is_empty() {
            return Vec::new();
        }
        let effects = self.attach_all(open.with, files);
        if let Some(sheet) = self.sheet() {
            sheet.left_out = left_out;
        }
        effects
    }

    /// A text that is too long, as a file: it stays among what was not sent until the engine has the file.
    fn send_as_file(&mut self, number: u64) -> Vec<Effect> {
        let Some(open) = &self.open else { return Vec::new() };
        let Some(unsent) = open.unsent.iter().find(|unsent| unsent.number == number) else {
            return Vec::new();
        };
        let files = vec![Chosen::written(&unsent.text)];
        self.attach_all(open.with, files)
    }

    /// A picture came from the clipboard.
    pub(super) fn attach_one(&mut self, chosen: Chosen) -> Vec<Effect> {
        let Some(open) = &self.open else { return Vec::new() };
        self.attach_all(open.with, vec![chosen])
    }

    /// The sheet with files for a person.
    pub(super) fn attach_all(&mut self, to: UserId, files: Vec<Chosen>) -> Vec<Effect> {
        let (attach, look) = Attach::new(to, files);
        let mut effects = self.show(Overlay::Attach(attach));
        effects.push(Effect::Ask(look));
        effects
    }

    /// The sheet, while it is there.
    pub(super) fn sheet(&mut self) -> Option<&mut Attach> {
        match &mut self.overlay {
            Some(Overlay::Attach(attach)) => Some(attach),
            _ => None,
        }
    }

    fn send_files(&mut self, caption: &str) -> Vec<Effect> {
        let Some(Overlay::Attach(attach)) = self.overlay.take() else { return Vec::new() };
        let mut caption = Some(caption.trim().to_owned()).filter(|caption| !caption.is_empty());
        let to = attach.to;
        let emptied = self.whole_sent(&attach);
        let send = |file: Chosen| Effect::Ask(Command::SendFile { to, file, caption: caption.take() });
        let seen = attach.closed().map(Effect::Ask);
        let sent: Vec<Effect> = attach.files.into_iter().map(send).collect();
        sent.into_iter().chain(seen).chain(emptied).chain(self.to_composer()).collect()
    }

    /// Much that is done is not thrown away without a question.
    fn cancel(&mut self, file: FileId) -> Vec<Effect> {
        let known = self.transfers.get(file).or_else(|| self.known_file(file));
        if known.is_some_and(|known| known.direction == Direction::Out) {
            return self.show(Overlay::Confirm(Confirm::Withdraw(file)));
        }
        let told = self.transfers.progress(file).map(|progress| progress.done);
        let done = told.or_else(|| self.transfers.get(file).map(|file| file.done)).unwrap_or_default();
        if done > ASK_ABOVE {
            return self.show(Overlay::Confirm(Confirm::CancelFile(file)));
        }
        ask::turn(file, Call::FileCancel)
    }

    fn save(&self, file: FileId) -> Vec<Effect> {
        let name = self.known_file(file).map(|file| file.name.clone()).unwrap_or_default();
        vec![Effect::Ask(Command::SaveFile { file, name })]
    }

    /// A file, wherever it is at hand.
    #[must_use]
    pub fn known_file(&self, file: FileId) -> Option<&File> {
        let open = self.open.iter().flat_map(|open| &open.messages);
        let shown = open.filter_map(|message| message.file.as_ref()).find(|shown| shown.file == file);
        shown.or_else(|| self.shared.get(file)).or_else(|| self.transfers.get(file))
    }

    /// A transfer changed state.
    pub(super) fn file_moved(&mut self, file: &File) {
        self.transfers.file(file);
        self.shared.file(file);
        self.in_each(|known| known.file(file));
    }

    pub(super) fn file_sent(&mut self, again: Again, result: Result<Answer, Failure>, now: u64) {
        match result {
            Ok(Answer::Sent { message, file }) => {
                let _newer = self.roster.newest(&message);
                self.transfers.file(&file);
                if let Some(open) = self.known(again.to) {
                    open.unsent.retain(|unsent| !again.file.is_text(&unsent.text));
                    open.arrived(message);
                }
            }
            Ok(_) => {}
            Err(failure) => {
                self.say(Said::Failed(failure), now);
                if let Some(note) = &mut self.note {
                    note.again = Some(again);
                }
            }
        }
    }
}

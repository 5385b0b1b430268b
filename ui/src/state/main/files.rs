//! Files: chosen, sent, taken, stopped and written out.

use std::path::{Path, PathBuf};

use conclave_peer::model::{Answer, Call, Direction, Failure, File, FileId, UserId};

use crate::command::Command;
use crate::state::Effect;
use crate::state::overlay::{Attach, Chosen, Confirm, Overlay};
use crate::state::player;
use crate::state::transfers::ASK_ABOVE;

use super::{Act, Main, Said, ask};

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
            Act::SendFiles { caption } => self.send_files(&caption),
            Act::AcceptFile(file) => ask::turn(file, Call::FileAccept),
            Act::DeclineFile(file) => ask::turn(file, Call::FileDecline),
            Act::PauseFile(file) => ask::turn(file, Call::FilePause),
            Act::ResumeFile(file) => ask::turn(file, Call::FileResume),
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

    fn attach(&mut self, paths: Vec<PathBuf>) -> Vec<Effect> {
        let Some(open) = &self.open else { return Vec::new() };
        let files: Vec<Chosen> = paths.into_iter().take(MOST_CHOSEN).map(Chosen::new).collect();
        if files.is_empty() {
            return Vec::new();
        }
        let attach = Attach { to: open.with, files };
        self.show(Overlay::Attach(attach))
    }

    /// A picture came from the clipboard.
    pub(super) fn attach_one(&mut self, chosen: Chosen) -> Vec<Effect> {
        let Some(open) = &self.open else { return Vec::new() };
        let attach = Attach { to: open.with, files: vec![chosen] };
        self.show(Overlay::Attach(attach))
    }

    fn send_files(&mut self, caption: &str) -> Vec<Effect> {
        let Some(Overlay::Attach(attach)) = self.overlay.take() else { return Vec::new() };
        let mut caption = Some(caption.trim().to_owned()).filter(|caption| !caption.is_empty());
        let to = attach.to;
        let send = |file: Chosen| Effect::Ask(Command::SendFile { to, file, caption: caption.take() });
        let sent: Vec<Effect> = attach.files.into_iter().map(send).collect();
        sent.into_iter().chain(self.to_composer()).collect()
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

    pub(super) fn file_sent(&mut self, to: UserId, result: Result<Answer, Failure>, now: u64) {
        match result {
            Ok(Answer::Sent { message, file }) => {
                let _newer = self.roster.newest(&message);
                self.transfers.file(&file);
                if let Some(open) = self.known(to) {
                    open.arrived(message);
                }
            }
            Ok(_) => {}
            Err(failure) => self.say(Said::Failed(failure), now),
        }
    }
}

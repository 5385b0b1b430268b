//! What the page may ask for by name: pictures that were drawn here, and files that are played. In memory only, for
//! this run only, under names that nobody can guess; the oldest make room for new ones.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use conclave_peer::model::FileId;
use tokio::sync::{mpsc, oneshot};

/// Bytes of pictures held at most.
const MOST: usize = 192 << 20;
/// Files that may be played at once: each is one element of the page.
const MOST_STREAMS: usize = 64;

/// A picture that was drawn here.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its type.
    pub mime: &'static str,
    /// Its bytes.
    pub bytes: Arc<Vec<u8>>,
}

#[derive(Debug, Default)]
struct Inner {
    pictures: BTreeMap<String, Held>,
    order: VecDeque<String>,
    bytes: usize,
    /// Names that the window still has to be told of; bounded by what was ever put.
    gone: Vec<String>,
    streams: VecDeque<(String, FileId)>,
}

/// A piece of a file that is played, and whom it is for; no answer comes when it cannot be read.
#[derive(Debug)]
pub struct Wanted {
    /// The file.
    pub file: FileId,
    /// Which piece, from 0.
    pub number: u32,
    /// Takes its bytes.
    pub answer: oneshot::Sender<Vec<u8>>,
}

/// The shelf; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    inner: Arc<Mutex<Inner>>,
    /// Who reads files that are played; nobody before the engine runs.
    reader: Arc<OnceLock<mpsc::Sender<Wanted>>>,
}

impl Shelf {
    /// Puts a picture on it under a name.
    pub fn put(&self, name: String, held: Held) {
        let mut inner = self.inner();
        inner.bytes += held.bytes.len();
        inner.order.push_back(name.clone());
        inner.pictures.insert(name, held);
        while inner.bytes > MOST && inner.order.len() > 1 {
            let Some(oldest) = inner.order.pop_front() else { break };
            if let Some(held) = inner.pictures.remove(&oldest) {
                inner.bytes -= held.bytes.len();
            }
            inner.gone.push(oldest);
        }
    }

    /// Takes some away; their files are no longer played either.
    pub fn forget(&self, names: &[String]) {
        let mut inner = self.inner();
        for name in names {
            if let Some(held) = inner.pictures.remove(name) {
                inner.bytes -= held.bytes.len();
            }
        }
        inner.order.retain(|name| !names.contains(name));
        inner.streams.retain(|(name, _)| !names.contains(name));
    }

    /// The names of those that made room since this was asked last.
    #[must_use]
    pub fn gone(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().gone)
    }

    /// A picture by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Held> {
        self.inner().pictures.get(name).cloned()
    }

    /// Lets a file be played under a name.
    pub fn play(&self, name: String, file: FileId) {
        let mut inner = self.inner();
        inner.streams.push_back((name, file));
        if inner.streams.len() > MOST_STREAMS {
            inner.streams.pop_front();
        }
    }

    /// Says who reads files that are played; the first one stays.
    pub fn read_by(&self, reader: mpsc::Sender<Wanted>) {
        let _first = self.reader.set(reader);
    }

    /// Asks for a piece of the file that is played under a name; nothing when none is.
    #[must_use]
    pub fn ask(&self, name: &str, number: u32) -> Option<oneshot::Receiver<Vec<u8>>> {
        let file = self.played(name)?;
        let (answer, bytes) = oneshot::channel();
        self.reader.get()?.try_send(Wanted { file, number, answer }).ok()?;
        Some(bytes)
    }

    fn played(&self, name: &str) -> Option<FileId> {
        self.inner().streams.iter().find(|(known, _)| known == name).map(|(_, file)| *file)
    }

    /// Takes everything away: the messages were closed.
    pub fn clear(&self) {
        *self.inner() = Inner::default();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(bytes: usize) -> Held {
        Held { mime: "image/png", bytes: Arc::new(vec![0; bytes]) }
    }

    #[test]
    fn the_oldest_make_room() {
        let shelf = Shelf::default();
        shelf.put("a".to_owned(), held(MOST / 2));
        shelf.put("b".to_owned(), held(MOST / 2));
        assert!(shelf.gone().is_empty());
        shelf.put("c".to_owned(), held(1));
        assert_eq!(shelf.gone(), ["a"]);
        assert!(shelf.gone().is_empty());
        assert!(shelf.get("a").is_none());
        assert!(shelf.get("b").is_some());
        shelf.forget(&["b".to_owned()]);
        assert!(shelf.get("b").is_none() && shelf.get("c").is_some());
        shelf.put("d".to_owned(), held(MOST - 1));
        assert!(shelf.gone().is_empty(), "what was taken away takes no room");
        shelf.clear();
        assert!(shelf.get("c").is_none());
    }

    #[test]
    fn only_files_that_are_played_have_a_name() {
        let shelf = Shelf::default();
        for n in 0..=MOST_STREAMS {
            shelf.play(n.to_string(), FileId([1; 32]));
        }
        assert_eq!(shelf.played("0"), None);
        assert_eq!(shelf.played("1"), Some(FileId([1; 32])));
        assert_eq!(shelf.played("x"), None);
    }

    #[test]
    fn a_piece_is_asked_for_of_what_is_played_only() {
        let shelf = Shelf::default();
        shelf.play("a".to_owned(), FileId([1; 32]));
        assert!(shelf.ask("a", 0).is_none(), "nobody reads yet");
        let (ask, mut asked) = mpsc::channel(1);
        shelf.read_by(ask);
        assert!(shelf.ask("x", 0).is_none());
        let mut bytes = shelf.ask("a", 7).unwrap();
        assert!(shelf.ask("a", 8).is_none(), "more than the reader takes");
        let wanted = asked.try_recv().unwrap();
        assert_eq!((wanted.file, wanted.number), (FileId([1; 32]), 7));
        wanted.answer.send(vec![5]).unwrap();
        assert_eq!(bytes.try_recv().unwrap(), [5]);
        shelf.clear();
        assert!(shelf.ask("a", 7).is_none());
    }
}

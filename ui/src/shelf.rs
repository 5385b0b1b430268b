//! What the page may ask for by name: pictures that were drawn here, and files that are played. In memory only, for
//! this run only, under names that nobody can guess; the oldest make room for new ones.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use conclave_peer::model::FileId;

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

/// The shelf; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<Mutex<Inner>>);

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

    /// The file that is played under a name.
    #[must_use]
    pub fn played(&self, name: &str) -> Option<FileId> {
        self.inner().streams.iter().find(|(known, _)| known == name).map(|(_, file)| *file)
    }

    /// Takes everything away: the messages were closed.
    pub fn clear(&self) {
        *self.inner() = Inner::default();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
}

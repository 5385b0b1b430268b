//! The newest database of an index, opened beside the stretching of the password, which takes longer. Its rows are
//! sealed: whoever has no key learns nothing from it that the files do not say.

use std::path::{Path, PathBuf};
use std::thread::{Builder, JoinHandle};

use super::database::Database;

type Opened = Option<(u64, Database)>;

/// A database on its way, or none. Dropping it waits for it and closes it.
#[derive(Default)]
pub(crate) struct Ahead(Option<JoinHandle<Opened>>);

impl Ahead {
    /// Begins to open the newest database under the folder. One that cannot be opened is left to whoever opens the index.
    pub(in crate::store) fn begin(root: PathBuf, cache: u64) -> Self {
        let work = move || {
            let newest = newest(&root)?;
            Some((newest, Database::open(&root, newest, cache).ok()?))
        };
        Self(Builder::new().name("ahead".into()).spawn(work).ok())
    }

    /// The database, if it is the one of that number.
    pub(super) fn take(&mut self, generation: u64) -> Option<Database> {
        match self.wait() {
            Some((number, database)) if number == generation => Some(database),
            Some((_, other)) => {
                other.close();
                None
            }
            None => None,
        }
    }

    fn wait(&mut self) -> Opened {
        // A panic of sled's says what an error does.
        self.0.take()?.join().ok().flatten()
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        if let Some((_, database)) = self.wait() {
            database.close();
        }
    }
}

fn newest(root: &Path) -> Option<u64> {
    Database::generations(root).ok()?.last().copied()
}

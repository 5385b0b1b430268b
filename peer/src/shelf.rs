//! The sealed objects that this device serves: the blob store, once it is open.
//!
//! The content id is what a peer has to know to ask, and it learns that from a message; the network serves only peers
//! whose link the core has accepted.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use conclave_crypto::keys::TransportPublic;

use crate::net::transfer::{Object, Shelf};
use crate::store::{BlobId, Blobs};

#[derive(Debug, Default)]
struct Inner {
    blobs: Option<Blobs>,
    /// Held back for now; as many as the person has paused.
    withheld: BTreeSet<[u8; 32]>,
}

/// A shelf that is empty until a store is open.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlobShelf(Arc<RwLock<Inner>>);

impl BlobShelf {
    /// Serves these from now on.
    pub(crate) fn serve(&self, blobs: Blobs) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).blobs = Some(blobs);
    }

    /// Holds an object back, or gives it again.
    pub(crate) fn withhold(&self, content_id: [u8; 32], on: bool) {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if on {
            inner.withheld.insert(content_id);
        } else {
            inner.withheld.remove(&content_id);
        }
    }

    /// The same shelf, for the network.
    pub(crate) fn shared(&self) -> Arc<dyn Shelf> {
        Arc::new(self.clone())
    }
}

impl Shelf for BlobShelf {
    fn open(&self, _peer: &TransportPublic, content_id: &[u8; 32]) -> Option<Object> {
        let blobs = self.0.read().unwrap_or_else(PoisonError::into_inner).blobs.clone()?;
        let id = BlobId::new(*content_id);
        Object::open(&blobs.path(&id), &blobs.outboard(&id)).ok()
    }

    fn withholds(&self, content_id: &[u8; 32]) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).withheld.contains(content_id)
    }
}

//! The sealed objects that this device serves: the blob store, once it is open.
//!
//! The content id is what a peer has to know to ask, and it learns that from a message; the network serves only peers
//! whose link the core has accepted.

use std::sync::{Arc, PoisonError, RwLock};

use conclave_crypto::keys::TransportPublic;

use crate::net::transfer::{Object, Shelf};
use crate::store::{BlobId, Blobs};

/// A shelf that is empty until a store is open.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlobShelf(Arc<RwLock<Option<Blobs>>>);

impl BlobShelf {
    /// Serves these from now on.
    pub(crate) fn serve(&self, blobs: Blobs) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(blobs);
    }

    /// The same shelf, for the network.
    pub(crate) fn shared(&self) -> Arc<dyn Shelf> {
        Arc::new(self.clone())
    }
}

impl Shelf for BlobShelf {
    fn open(&self, _peer: &TransportPublic, content_id: &[u8; 32]) -> Option<Object> {
        let blobs = self.0.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        let id = BlobId::new(*content_id);
        Object::open(&blobs.path(&id), &blobs.outboard(&id)).ok()
    }
}

//! Everything of the account leaves this computer: the profile by the engine, and what was written beside it here.

use conclave_peer::model::ErrorCode;
use conclave_peer::{Password, Peer};
use tokio::task::JoinHandle;

use crate::command::{Typed, Update};

use super::handed::Handed;

/// Erases. A look that is still being written is waited for: its file goes with the others.
pub(super) async fn everything(
    peer: Peer,
    confirm: String,
    password: Typed,
    look: Option<JoinHandle<()>>,
    handed: Handed,
) -> Update {
    if let Some(look) = look {
        drop(look.await);
    }
    let erased = peer.erase_all(confirm, Password::new(password.text())).await;
    let failure = match erased {
        Ok(()) => {
            drop(tokio::task::spawn_blocking(move || handed.withdraw()).await);
            return Update::ErasedAll(Ok(()));
        }
        Err(failure) => failure,
    };
    // Whoever was refused has lost nothing; whose disk failed half-way has no messages open any more.
    let refused = matches!(failure.code, ErrorCode::ApiLocked | ErrorCode::ApiBusy);
    if !refused && peer.status().await.is_ok_and(|status| status.locked) {
        return Update::Closed(failure);
    }
    Update::ErasedAll(Err(failure))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use conclave_peer::Options;
    use conclave_peer::model::Unlock;

    use super::*;
    use crate::bridge::handed::Mark;

    /// Of the profile that the engine's tests keep.
    const PASSWORD: &str = "zebra quilt 626f62 canyon";

    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy(&entry.path(), &target);
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn nothing_but_the_empty_lock_is_left_and_what_was_refused_leaves_all() {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("profile");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../peer/tests/fixtures/schema-3"), &profile);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let options = Options { listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()] };
            let peer = Peer::open(&profile, options).await.unwrap();
            peer.unlock(Unlock::Password(Password::new(PASSWORD))).await.unwrap();
            let handed = Handed::default();
            let lent = folder.path().join("handed").join("report.pdf");
            std::fs::create_dir(lent.parent().unwrap()).unwrap();
            std::fs::write(&lent, "%PDF-1.7").unwrap();
            handed.took(&lent, Mark::beside(&lent).unwrap()).unwrap();
            let erase = |name: &str, password: &str| {
                let (place, typed) = (profile.clone(), Typed::new(password.to_owned()));
                let look =
                    tokio::task::spawn_blocking(move || drop(crate::look::write(&place, "theme=dark\n")));
                everything(peer.clone(), name.to_owned(), typed, Some(look), handed.clone())
            };
            for (name, password, code) in
                [("ada", PASSWORD, ErrorCode::ApiParams), ("bob", "a guess", ErrorCode::StorePassword)]
            {
                let refused = erase(name, password).await;
                assert!(
                    matches!(&refused, Update::ErasedAll(Err(failure)) if failure.code == code),
                    "{refused:?}"
                );
                assert!(
                    lent.exists() && names(&profile).len() > 4 && !crate::look::read(&profile).is_empty()
                );
            }
            assert_eq!(erase("bob", PASSWORD).await, Update::ErasedAll(Ok(())));
            assert!(!lent.exists());
            assert_eq!(names(&profile), ["lock"]);
            assert_eq!(std::fs::metadata(profile.join("lock")).unwrap().len(), 0);
            peer.shutdown().await;
            assert_eq!(names(&profile), ["lock"], "nothing is written at the end");
        });
    }
}

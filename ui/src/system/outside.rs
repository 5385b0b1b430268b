//! A file that was written out, in the hands of other programs: opened by the one that the system names for its type,
//! or shown in its folder. What a peer chose is never part of what is started: the path is the person's or made here,
//! and its ending follows from the content.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bridge::Told;
use crate::state::outside;

use super::random_name;

/// The one interface that file managers have in common (freedesktop.org, file-manager-interface).
const FILES: (&str, &str, &str) =
    ("org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1");
/// A file manager that does not answer within this is as good as none.
const PATIENCE: Duration = Duration::from_secs(3);
/// Where a copy goes that another program opens: the person's downloads, or their home.
pub(super) fn folder() -> Option<PathBuf> {
    let known = directories::UserDirs::new()?;
    Some(known.download_dir().filter(|folder| folder.is_dir()).unwrap_or(known.home_dir()).to_owned())
}

/// A name in that folder that nothing of a peer is part of, for content that begins so; nothing for a type that no
/// other program is handed.
pub(super) fn place(start: &[u8]) -> Option<PathBuf> {
    let ending = outside::ending(infer::get(start)?.mime_type())?;
    let name = random_name()?;
    Some(folder()?.join(format!("conclave-{}.{ending}", name.get(..8)?)))
}

/// Opens a written file by the program that the system names for it.
pub(super) fn open(path: &Path) -> bool {
    path.is_absolute() && path.is_file() && open::that_detached(path).is_ok()
}

/// Shows a written file in its folder: in the file manager where there is one on the bus, else the folder alone.
pub(super) fn reveal(path: PathBuf) -> Told {
    Box::pin(async move {
        if !path.is_absolute() {
            return false;
        }
        let address = address(&path);
        let asked = async {
            let bus = zbus::Connection::session().await?;
            let (name, place, face) = FILES;
            bus.call_method(Some(name), place, Some(face), "ShowItems", &(vec![address], "")).await
        };
        if tokio::time::timeout(PATIENCE, asked).await.is_ok_and(|answer| answer.is_ok()) {
            return true;
        }
        let folder = path.parent().map(Path::to_owned);
        let opened = tokio::task::spawn_blocking(move || {
            folder.is_some_and(|folder| folder.is_dir() && open::that_detached(folder).is_ok())
        });
        opened.await.unwrap_or(false)
    })
}

/// The path as a `file:` address (RFC 8089): all but unreserved letters as their numbers.
fn address(path: &Path) -> String {
    let mut address = "file://".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                address.push(char::from(*byte));
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_peer_is_in_the_name_and_the_ending_is_that_of_the_content() {
        let place = place(b"%PDF-1.7 and so on").unwrap();
        assert!(place.is_absolute());
        let name = place.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("conclave-") && name.ends_with(".pdf") && name.len() == 21, "{name}");
        for start in
            [b"\x7fELF\x02\x01\x01".as_slice(), b"#!/bin/sh\n", b"[Desktop Entry]\nExec=x", b"MZ\x90", b""]
        {
            assert_eq!(super::place(start), None, "{start:?}");
        }
    }

    #[test]
    fn a_path_becomes_an_address_without_loose_ends() {
        assert_eq!(address(Path::new("/home/é/a b#c.pdf")), "file:///home/%C3%A9/a%20b%23c.pdf");
    }

    #[test]
    fn what_is_not_there_is_not_opened() {
        assert!(!open(Path::new("-h")) && !open(Path::new("/nowhere/at/all.pdf")));
    }
}

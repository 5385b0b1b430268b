//! A file that was written out, in the hands of other programs: opened by the one that the system names for its type,
//! or shown in its folder. What a peer chose is never part of what is started: the path is the person's or made here,
//! and its ending follows from the content.

use std::fs::DirBuilder;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bridge::Told;
use crate::state::outside;

use super::{handed_over, left, random_name};

/// The one interface that file managers have in common (freedesktop.org, file-manager-interface).
const FILES: (&str, &str, &str) =
    ("org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1");
/// A file manager that does not answer within this is as good as none.
const PATIENCE: Duration = Duration::from_secs(3);
/// Who enters the folder of a copy: the owner.
pub(super) const OWN: u32 = 0o700;
/// How the names of such a folder and of the copy in it begin; eight random letters follow.
pub(super) const PREFIX: &str = "conclave-";

/// Withdraws the copies that a crash left: where they go, and in the home, where they went without downloads.
pub fn withdraw_left() {
    let Some(known) = directories::UserDirs::new() else { return };
    for folder in known.download_dir().into_iter().chain([known.home_dir()]) {
        left::withdraw(folder);
    }
}

/// Where a copy goes that another program opens: the person's downloads, or their home.
pub(super) fn folder() -> Option<PathBuf> {
    let known = directories::UserDirs::new()?;
    Some(known.download_dir().filter(|folder| folder.is_dir()).unwrap_or(known.home_dir()).to_owned())
}

/// A name in a folder of its own there, which only its owner enters; nothing of a peer is part of it. Nothing for a
/// type that no other program is handed.
pub(super) fn place(start: &[u8]) -> Option<PathBuf> {
    let ending = outside::ending(conclave_peer::media_type(start))?;
    let name = random_name()?;
    let name = name.get(..8)?;
    let own = folder()?.join(format!("{PREFIX}{name}"));
    DirBuilder::new().mode(OWN).create(&own).ok()?;
    Some(own.join(format!("{PREFIX}{name}.{ending}")))
}

/// Opens a written file by the program that the system names for it.
pub(super) fn open(path: &Path) -> bool {
    path.is_absolute() && path.is_file() && handed_over(path.as_os_str())
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
            folder.is_some_and(|folder| folder.is_dir() && handed_over(folder.as_os_str()))
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
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn nothing_of_a_peer_is_in_the_name_and_the_ending_is_that_of_the_content() {
        let place = place(b"%PDF-1.7 and so on").unwrap();
        assert!(place.is_absolute());
        let name = place.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("conclave-") && name.ends_with(".pdf") && name.len() == 21, "{name}");
        let own = place.parent().unwrap();
        assert_eq!(std::fs::metadata(own).unwrap().permissions().mode() & 0o777, OWN);
        std::fs::remove_dir(own).unwrap();
        for start in
            [b"\x7fELF\x02\x01\x01".as_slice(), b"#!/bin/sh\n", b"[Desktop Entry]\nExec=x", b"MZ\x90", b""]
        {
            assert_eq!(super::place(start), None, "{start:?}");
        }
    }

    #[test]
    fn a_film_of_gstreamer_is_opened_as_a_film() {
        let mut start = b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x10\x42\x82\x85webm\0\x42\x87\x81\x02".to_vec();
        start.resize(400, 0);
        assert_eq!(super::place(&start).unwrap().extension().unwrap(), "webm");
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

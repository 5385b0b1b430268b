//! What only a system with a desktop can do for the bridge: clipboard, browser, dialogs, and looking into files.

mod autostart;
mod glance;
mod left;
mod outside;
mod pages;
mod picture;
mod qr_image;
pub(crate) mod realtime;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

pub use self::outside::withdraw_left;
use crate::bridge::{Asked, Lent, Stay, System};
use crate::shelf::{Held, Shelf};
use crate::state::preview::{Kind, PICTURE_MOST, Seen, Which};

/// A secret does not stay on the clipboard for longer.
const MINUTE: Duration = Duration::from_secs(60);
/// Text that a person copies stays for as long as the window lives, at most so long.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Addresses that are handed to the browser: nothing but the web.
const SCHEMES: [&str; 2] = ["https://", "http://"];

/// All of them.
pub const SYSTEM: System = System {
    copy,
    browse,
    picture: picture::pasted,
    text,
    save_as,
    clean: picture::clean,
    lend,
    look,
    glance: glance::at,
    outside: outside::folder,
    place: outside::place,
    open: outside::open,
    reveal: outside::reveal,
    show,
    cut: picture::cut,
    present: |profile| Box::pin(async move { crate::desk::present_other(&profile).await }),
    autostart: autostart::set,
    read_code: qr_image::text,
};

/// The window's helper: draws a page of the document on standard input.
///
/// # Errors
/// When there is no such page.
pub fn draw(page: u32, width: u32) -> std::io::Result<()> {
    pages::work(page, width)
}

/// Puts text on the clipboard.
fn copy(text: Zeroizing<String>, stay: Stay) -> bool {
    let Ok(mut clipboard) = arboard::Clipboard::new() else { return false };
    if clipboard.set_text(text.as_str()).is_err() {
        return false;
    }
    // On X11 the content lives as long as its owner does.
    std::thread::spawn(move || {
        std::thread::sleep(if stay == Stay::Minute { MINUTE } else { DAY });
        if stay == Stay::Minute && clipboard.get_text().is_ok_and(|now| now == *text) {
            drop(clipboard.clear());
        }
    });
    true
}

/// The text on the clipboard.
fn text() -> Option<Zeroizing<String>> {
    arboard::Clipboard::new().ok()?.get_text().ok().map(Zeroizing::new)
}

/// Opens an address of the web in the browser.
fn browse(address: &str) -> bool {
    SCHEMES.iter().any(|scheme| address.starts_with(scheme)) && handed_over(address.as_ref())
}

/// Hands an address or a path to the program that the system names for it.
fn handed_over(what: &std::ffi::OsStr) -> bool {
    realtime::without(|| open::that_detached(what)).is_ok()
}

/// Asks where a file of this name shall be written to.
fn save_as(name: String) -> Asked {
    Box::pin(async move {
        let dialog = rfd::AsyncFileDialog::new().set_file_name(name);
        dialog.save_file().await.map(|chosen| chosen.path().to_owned())
    })
}

/// Lends bytes as a file that is in memory only. The engine opens it by the number it has in this process.
fn lend(bytes: &[u8]) -> Option<Lent> {
    let held = rustix::fs::memfd_create("conclave", rustix::fs::MemfdFlags::CLOEXEC).ok()?;
    let mut file = std::fs::File::from(held);
    file.write_all(bytes).ok()?;
    let number = std::os::fd::AsRawFd::as_raw_fd(&file);
    Some((Box::new(file), PathBuf::from(format!("/proc/self/fd/{number}"))))
}

/// Looks into the bytes of a file and puts what it shows on the shelf.
fn look(shelf: &Shelf, which: Which, kind: Kind, bytes: Vec<u8>) -> Option<Seen> {
    let drawn = match (kind, which) {
        (Kind::Picture, Which::Small) => picture::small(&bytes)?,
        (Kind::Picture, Which::Face) => picture::face(&bytes)?,
        (Kind::Picture, _) => picture::whole(&bytes)?,
        (Kind::Pages, Which::Page(page, width)) => pages::page(bytes, page, width)?,
        (Kind::Pages, _) => pages::page(bytes, 0, pages::SMALL)?,
        (Kind::Sound | Kind::Film, _) => return None,
    };
    shelved(shelf, drawn)
}

/// Shows a picture of this computer, small enough to be cut.
fn show(shelf: &Shelf, path: &Path) -> Option<Seen> {
    shelved(shelf, picture::to_cut(&read(path, PICTURE_MOST)?)?)
}

fn shelved(shelf: &Shelf, drawn: Drawn) -> Option<Seen> {
    let token = random_name()?;
    let Drawn { mime, bytes, width, height, pages } = drawn;
    shelf.put(token.clone(), Held { mime, bytes: Arc::new(bytes) });
    Some(Seen { token, width, height, pages })
}

/// A picture that was drawn here.
struct Drawn {
    mime: &'static str,
    bytes: Vec<u8>,
    width: u32,
    height: u32,
    pages: u32,
}

/// 128 bits that nobody can guess.
fn random_name() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(HEXLOWER.encode(&bytes))
}

/// The file as bytes, if it is not larger than a picture may be.
fn read(path: &Path, most: u64) -> Option<Vec<u8>> {
    let length = std::fs::metadata(path).ok()?.len();
    (length <= most).then(|| std::fs::read(path).ok()).flatten()
}

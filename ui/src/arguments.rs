//! The command line of `conclave-desktop`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use crate::command::Typed;
use crate::i18n::Language;
use crate::link;

/// Private messages and files, straight from your computer to theirs.
#[derive(Debug, Parser)]
#[command(name = "conclave-desktop", version)]
pub struct Arguments {
    /// The folder of keys and messages; by default the one this system keeps for programs' data.
    #[arg(long, value_name = "DIR")]
    profile: Option<PathBuf>,
    /// The language: en or fr; by default the one chosen before, or the system's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Language>,
    /// An invite link, conclave://…; how the system opens such an address.
    #[arg(value_name = "LINK", value_parser = invite)]
    link: Option<Typed>,
    /// Draws a page of the document on standard input; how the window starts its own helper.
    #[arg(long, hide = true, requires = "width")]
    draw_page: Option<u32>,
    /// Pixels across of that page.
    #[arg(long, hide = true)]
    width: Option<u32>,
}

/// An argument can be read by others of this computer while the program runs: that is how systems hand over addresses. An
/// invite link counts once, and tells its administrator when it was used by somebody else.
fn invite(text: &str) -> Result<Typed, &'static str> {
    link::invite(text).ok_or("not an invite link: it begins with conclave://")
}

impl Arguments {
    /// The invite link that was opened with the program.
    #[must_use]
    pub fn link(&self) -> Option<Typed> {
        self.link.clone()
    }

    /// The folder of the profile.
    ///
    /// # Errors
    /// When none is given and the system names no folder for data.
    pub fn profile(&self) -> anyhow::Result<PathBuf> {
        let folders = directories::ProjectDirs::from("", "", "conclave");
        let usual = folders.map(|folders| folders.data_dir().to_owned());
        self.profile.clone().or(usual).context("this system names no folder for data: give --profile DIR")
    }

    /// The page to draw and its width, when this is the window's helper.
    #[must_use]
    pub fn drawing(&self) -> Option<(u32, u32)> {
        self.draw_page.zip(self.width)
    }

    /// The language on screen at first: the one asked for, the one chosen before, or the system's.
    #[must_use]
    pub fn language(&self, chosen: Option<Language>) -> Language {
        let locale = sys_locale::get_locale().unwrap_or_default();
        self.lang.or(chosen).unwrap_or_else(|| Language::of_locale(&locale))
    }
}

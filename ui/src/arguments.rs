//! The command line of `conclave-desktop`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use crate::i18n::Language;

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
    /// Draws a page of the document on standard input; how the window starts its own helper.
    #[arg(long, hide = true, requires = "width")]
    draw_page: Option<u32>,
    /// Pixels across of that page.
    #[arg(long, hide = true)]
    width: Option<u32>,
}

impl Arguments {
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

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
    /// The language: en or fr; by default the system's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Language>,
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

    /// The language on screen at first.
    #[must_use]
    pub fn language(&self) -> Language {
        let locale = sys_locale::get_locale().unwrap_or_default();
        self.lang.unwrap_or_else(|| Language::of_locale(&locale))
    }
}

//! What was chosen, as it is kept between two starts: how the window looks in a file without secrets, because it is
//! needed before the messages are open; the rest sealed in the profile.
//!
//! Lines of `name=value`. What is not known, of another version or damaged, is passed over: nothing chosen is worth
//! not starting.

use crate::dates::Hours;
use crate::i18n::Language;

use super::notices::Level;
use super::settings::{LOCKS, Settings, Theme, ZOOMS};

/// How the window looks.
#[must_use]
pub fn look(language: Language, settings: &Settings) -> String {
    let language = match language {
        Language::En => "en",
        Language::Fr => "fr",
    };
    let theme = match settings.theme {
        Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::System => "system",
    };
    let hours = match settings.hours {
        Hours::TwentyFour => 24,
        Hours::Twelve => 12,
    };
    let Settings { contrast, still, zoom, compact, tray, autostart, .. } = settings;
    format!(
        "language={language}\ntheme={theme}\ncontrast={contrast}\nstill={still}\nzoom={zoom}\ncompact={compact}\nhours={hours}\n\
         tray={tray}\nautostart={autostart}\n"
    )
}

/// Takes a look as it was kept; the language, if one is named.
#[must_use]
pub fn with_look(settings: &mut Settings, text: &str) -> Option<Language> {
    let mut language = None;
    for (name, value) in lines(text) {
        match (name, value) {
            ("language", "en") => language = Some(Language::En),
            ("language", "fr") => language = Some(Language::Fr),
            ("theme", "light") => settings.theme = Theme::Light,
            ("theme", "dark") => settings.theme = Theme::Dark,
            ("theme", "system") => settings.theme = Theme::System,
            ("contrast", value) => settings.contrast = value.parse().unwrap_or(settings.contrast),
            ("still", value) => settings.still = value.parse().unwrap_or(settings.still),
            ("compact", value) => settings.compact = value.parse().unwrap_or(settings.compact),
            ("tray", value) => settings.tray = value.parse().unwrap_or(settings.tray),
            ("autostart", value) => settings.autostart = value.parse().unwrap_or(settings.autostart),
            ("hours", "24") => settings.hours = Hours::TwentyFour,
            ("hours", "12") => settings.hours = Hours::Twelve,
            ("zoom", value) => {
                settings.zoom = value.parse().unwrap_or(settings.zoom).clamp(ZOOMS.0, ZOOMS.1);
            }
            _ => {}
        }
    }
    language
}

/// The rest.
#[must_use]
pub fn habits(settings: &Settings) -> String {
    let (enter, lock, notices) = (settings.enter_sends, settings.lock_after, settings.notices.key());
    format!("enter_sends={enter}\nlock_after={lock}\nnotices={notices}\n")
}

/// Takes the rest as it was kept.
pub fn with_habits(settings: &mut Settings, text: &str) {
    for (name, value) in lines(text) {
        match name {
            "enter_sends" => settings.enter_sends = value.parse().unwrap_or(settings.enter_sends),
            "lock_after" => {
                let minutes = value.parse().ok().filter(|minutes| LOCKS.contains(minutes));
                settings.lock_after = minutes.unwrap_or(settings.lock_after);
            }
            "notices" => {
                let level = Level::ALL.into_iter().find(|level| level.key() == value);
                settings.notices = level.unwrap_or(settings.notices);
            }
            _ => {}
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let chosen = Settings {
            theme: Theme::Dark,
            contrast: true,
            still: true,
            enter_sends: false,
            lock_after: 30,
            zoom: -2,
            compact: true,
            tray: true,
            autostart: true,
            hours: Hours::Twelve,
            notices: Level::Neutral,
        };
        let mut settings = Settings::default();
        assert_eq!(with_look(&mut settings, &look(Language::Fr, &chosen)), Some(Language::Fr));
        assert_ne!(settings, chosen);
        with_habits(&mut settings, &habits(&chosen));
        assert_eq!(settings, chosen);
    }

    #[test]
    fn what_is_not_known_or_too_much_changes_nothing() {
        let mut settings = Settings::default();
        let odd = "theme=pink\nzoom=999999\nstill=perhaps\n\0\u{202e}=\n=\nlanguage=xx\nlanguage";
        assert_eq!(with_look(&mut settings, odd), None);
        with_habits(&mut settings, "lock_after=0\nlock_after=4000000000\nnotices=loud\nenter_sends=");
        assert_eq!(settings, Settings::default());
        assert_eq!(with_look(&mut settings, "zoom=100"), None);
        assert_eq!(settings.zoom, ZOOMS.1);
    }
}

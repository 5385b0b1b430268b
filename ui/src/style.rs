//! The stylesheet: tokens, base, and the sheet of each part, built in; and the page that it stands in. No font, picture
//! or address comes from outside.

use crate::i18n::{Language, Words};

/// The tokens of high contrast for who chose it, and for whose system asks for it.
macro_rules! contrast {
    () => {
        concat!(
            "[data-contrast=more] {\n",
            include_str!("../assets/contrast/light.css"),
            "}\n[data-theme=dark][data-contrast=more] {\n",
            include_str!("../assets/contrast/dark.css"),
            "}\n@media (prefers-contrast: more) {\n.window {\n",
            include_str!("../assets/contrast/light.css"),
            "}\n.window[data-theme=dark] {\n",
            include_str!("../assets/contrast/dark.css"),
            "}\n}\n",
        )
    };
}

/// Everything, in order.
pub const SHEET: &str = concat!(
    include_str!("../assets/theme.css"),
    contrast!(),
    include_str!("../assets/base.css"),
    include_str!("components/auth_frame/style.css"),
    include_str!("components/avatar/style.css"),
    include_str!("components/banner/style.css"),
    include_str!("components/bubble/style.css"),
    include_str!("components/button/style.css"),
    include_str!("components/code_field/style.css"),
    include_str!("components/composer/style.css"),
    include_str!("components/delivery/style.css"),
    include_str!("components/file_card/style.css"),
    include_str!("components/head/style.css"),
    include_str!("components/list/style.css"),
    include_str!("components/note/style.css"),
    include_str!("components/password_meter/style.css"),
    include_str!("components/qr/style.css"),
    include_str!("components/rail/style.css"),
    include_str!("components/steps/style.css"),
    include_str!("components/text_field/style.css"),
    include_str!("components/timeline/style.css"),
    include_str!("components/details/style.css"),
    include_str!("components/overlay/style.css"),
    include_str!("components/media/style.css"),
    include_str!("components/blocked/style.css"),
    include_str!("components/stop/style.css"),
    include_str!("components/toast/style.css"),
    include_str!("components/technical/style.css"),
    include_str!("components/player/style.css"),
    include_str!("screens/enrol/style.css"),
    include_str!("screens/lock/style.css"),
    include_str!("screens/main/style.css"),
    include_str!("screens/settings/style.css"),
    include_str!("screens/transfers/style.css"),
    include_str!("../assets/shell.css"),
    include_str!("../assets/density.css"),
);

/// A whole page with the stylesheet; `head` stands before it, `body` inside the element that the views are drawn into.
#[must_use]
pub fn page(language: Language, head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">{head}\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Conclave</title>\
         <style>{SHEET}</style></head><body><div id=\"main\">{body}</div></body></html>",
        Words::of(language).code()
    )
}

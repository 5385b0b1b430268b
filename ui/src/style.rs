//! The stylesheet: tokens, base, and the sheet of each part, built in. No font, picture or address comes from outside.

/// Everything, in order.
pub const SHEET: &str = concat!(
    include_str!("../assets/theme.css"),
    include_str!("../assets/base.css"),
    include_str!("components/auth_frame.css"),
    include_str!("components/avatar.css"),
    include_str!("components/banner.css"),
    include_str!("components/bubble.css"),
    include_str!("components/button.css"),
    include_str!("components/code_field.css"),
    include_str!("components/composer.css"),
    include_str!("components/delivery.css"),
    include_str!("components/file_card.css"),
    include_str!("components/head.css"),
    include_str!("components/list.css"),
    include_str!("components/note.css"),
    include_str!("components/password_meter.css"),
    include_str!("components/qr.css"),
    include_str!("components/rail.css"),
    include_str!("components/steps.css"),
    include_str!("components/text_field.css"),
    include_str!("components/timeline.css"),
    include_str!("screens/enrol.css"),
    include_str!("screens/main.css"),
    include_str!("../assets/shell.css"),
);

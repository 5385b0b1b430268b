//! Ids of fields that the keyboard is put into.

/// What narrows the list.
pub const FILTER: &str = "filter";
/// The search.
pub const SEARCH: &str = "search";
/// The quick switcher.
pub const SWITCHER: &str = "switcher";
/// The emoji picker.
pub const EMOJI: &str = "emoji-search";
/// Words beside a file.
pub const CAPTION: &str = "caption";
/// The choice of files.
pub const ATTACH: &str = "attach";
/// The button of a question that changes nothing.
pub const SAFE: &str = "safe";
/// The first control of a dialog.
pub const FIRST: &str = "dialog-first";
/// The first control of a message's menu.
pub const MENU: &str = "message-menu";
/// The viewer of pictures and documents.
pub const VIEWER: &str = "viewer";
/// The new password again.
pub const PASSWORD_AGAIN: &str = "password-again";
/// The password in use.
pub const PASSWORD_OLD: &str = "password-old";
/// The user name, typed before everything is erased.
pub const ERASE_NAME: &str = "erase-name";
/// The password, typed before everything is erased.
pub const ERASE_PASSWORD: &str = "erase-password";
/// The password, typed before everything is written to a file.
pub const EXPORT_PASSWORD: &str = "export-password";
/// The recovery key.
pub const RECOVERY_KEY: &str = "recovery-key";
/// Full name.
pub const FULL_NAME: &str = "full-name";
/// Position.
pub const POSITION: &str = "position";
/// Description.
pub const DESCRIPTION: &str = "description";
/// Location.
pub const LOCATION: &str = "location";
/// The number of a page.
pub const PAGE: &str = "page-number";
/// The note of a contact request.
pub const NOTE: &str = "request-note";
/// The composer; each person has one of their own, and each message that is changed.
pub const COMPOSER: &str = "composer";
/// The first control of the details.
pub const DETAILS: &str = "details-first";
/// The messages of the open conversation.
pub const TIMELINE: &str = "timeline";
/// What narrows the people.
pub const FILTER_PEOPLE: &str = "filter-people";
/// The chosen page of the settings.
pub const SETTINGS: &str = "settings-page";
/// The password at the door.
pub const DOOR: &str = "door-password";
/// The invite link.
pub const LINK: &str = "invite-link";
/// One of the recovery codes, typed back.
pub const TYPE_BACK: &str = "type-back";
/// The picture that is cut.
pub const CROP: &str = "crop";
/// The user name.
pub const USER_NAME: &str = "user-name";
/// The display name.
pub const DISPLAY_NAME: &str = "display-name";
/// A password.
pub const PASSWORD: &str = "password";
/// The six digits; the number of the attempt follows.
pub const CODE: &str = "one-time-code";
/// The administrator's code for another phone.
pub const PHONE_CODE: &str = "phone-code";
/// A recovery code.
pub const RECOVERY_CODE: &str = "recovery-code";

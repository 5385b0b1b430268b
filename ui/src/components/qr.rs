//! A QR code as one path. The same data always stands beside it as text.

use dioxus::prelude::*;
use fast_qr::ECL;
use fast_qr::qr::QRBuilder;

/// The code of a text; nothing when the text is too long for one.
#[component]
pub(crate) fn Qr(
    /// What it says.
    text: String,
    /// Its name.
    label: String,
) -> Element {
    let drawn = use_memo(use_reactive((&text,), |(text,)| path(&text)));
    let Some((size, path)) = drawn() else { return rsx! {} };
    rsx! {
        svg { class: "qr", view_box: "0 0 {size} {size}", role: "img", "aria-label": label,
            path { d: "{path}" }
        }
    }
}

/// Side in modules, and a unit square for each dark one.
fn path(text: &str) -> Option<(usize, String)> {
    // A screen is neither torn nor dirty: larger modules help a camera more than repair does.
    let code = QRBuilder::new(text).ecl(ECL::L).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        for (column, module) in code[row].iter().enumerate() {
            if module.value() {
                path.push_str(&format!("M{column} {row}h1v1h-1z"));
            }
        }
    }
    Some((code.size, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners() {
        let (size, path) = path("otpauth://totp/Conclave:marie?secret=JBSWY3DPEHPK3PXP").unwrap();
        assert!(size >= 21);
        for corner in [(0, 0), (size - 1, 0), (0, size - 1)] {
            assert!(path.contains(&format!("M{} {}h1", corner.0, corner.1)));
        }
    }
}

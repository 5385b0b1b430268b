//! The only elements of the page that have an address: pictures drawn here, and files played from this computer. The
//! address is made of a random name that the engine's side gave for this run; nothing of a peer is ever part of one.

use dioxus::prelude::*;

use crate::state::preview::Seen;

/// A picture that was drawn here.
#[component]
pub(crate) fn Held(
    /// The picture.
    seen: Seen,
    /// What it shows, for readers.
    label: String,
    /// Its class.
    #[props(default = "held")]
    class: &'static str,
) -> Element {
    let Some(name) = random(&seen.token) else { return rsx! {} };
    rsx! {
        img {
            class,
            src: "media://localhost/{name}",
            alt: "{label}",
            width: "{seen.width}",
            height: "{seen.height}",
            draggable: "false",
        }
    }
}

/// A sound or a film. It is fetched in ranges when it is played, and never kept: more than its length and its first
/// picture is not asked for before.
#[component]
pub(crate) fn Player(
    /// Where it is played from.
    seen: Seen,
    /// Its name.
    label: String,
    /// Whether there is something to see.
    film: bool,
) -> Element {
    let Some((host, name)) = seen.token.rsplit_once('/') else { return rsx! {} };
    let port = host.strip_prefix("http://127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
    let (Some(port), Some(name)) = (port, random(name)) else { return rsx! {} };
    rsx! {
        if film {
            video {
                class: "player",
                src: "http://127.0.0.1:{port}/{name}",
                controls: true,
                preload: "metadata",
                "aria-label": "{label}",
            }
        } else {
            audio {
                class: "player",
                src: "http://127.0.0.1:{port}/{name}",
                controls: true,
                preload: "metadata",
                "aria-label": "{label}",
            }
        }
    }
}

/// A name that was given here: 32 hex digits and nothing else.
fn random(name: &str) -> Option<&str> {
    (name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_given_here_become_addresses() {
        assert!(random("00112233445566778899aabbccddeeff").is_some());
        for name in [
            "",
            "../../../../../../../../etc/passwd",
            "00112233445566778899aabbccddeef\"",
            "javascript:alert(1)",
        ] {
            assert!(random(name).is_none(), "{name}");
        }
    }
}

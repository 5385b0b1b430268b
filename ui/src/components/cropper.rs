//! A square of a picture: dragged, sized by the wheel, by buttons, or by keys alone.

use dioxus::html::geometry::ClientPoint;
use dioxus::prelude::*;

use crate::app::use_words;
use crate::state::crop::{Act, Choosing, Crop};
use crate::state::field;

use super::{Button, FilePick, Held, Kind, Wrong};

/// Pixels that a key moves the square, or makes it larger.
const STEP: i32 = 8;

/// The button that chooses a picture, and the picture while it is cut.
#[component]
pub(crate) fn Cropper(
    /// The choice.
    choosing: Choosing,
    /// The word of the button.
    label: String,
    /// Its icon.
    glyph: super::Glyph,
    /// 30 pixels high instead of 36.
    #[props(default)]
    small: bool,
    /// What is done.
    onact: EventHandler<Act>,
) -> Element {
    let words = use_words();
    if let Some(crop) = choosing.crop {
        return rsx! { Cutting { crop, onact } };
    }
    rsx! {
        FilePick {
            label,
            name: words.say("choose-picture"),
            glyph,
            small,
            onpick: move |path| onact.call(Act::Choose(path)),
        }
        if choosing.unreadable {
            Wrong { id: "error-picture", text: words.say("no-picture") }
        }
    }
}

#[component]
fn Cutting(crop: Crop, onact: EventHandler<Act>) -> Element {
    let words = use_words();
    let mut held = use_signal(|| None::<ClientPoint>);
    let (square, width, height) = (crop.square, crop.seen.width, crop.seen.height);
    let (x, y, side) = (square.x, square.y, square.side);
    // All around the square is dimmed: the frame of the picture, and the square as a hole in it.
    let around = format!("M0 0h{width}v{height}h-{width}zM{x} {y}v{side}h{side}v-{side}z");
    let percent = 100 * side / width.min(height).max(1);
    rsx! {
        div { class: "cropper",
            div {
                id: field::CROP,
                class: "crop",
                role: "application",
                tabindex: "0",
                "aria-label": words.with("crop-name", &[("pct", percent.into())]),
                "aria-describedby": "crop-hint",
                onpointerdown: move |event| held.set(Some(event.client_coordinates())),
                onpointerup: move |_| held.set(None),
                onpointerleave: move |_| held.set(None),
                onpointermove: move |event| {
                    let Some(from) = held() else { return };
                    let to = event.client_coordinates();
                    let moved = (to - from).round();
                    if moved.x != 0.0 || moved.y != 0.0 {
                        held.set(Some(from + moved));
                        onact.call(Act::Move(pixels(moved.x), pixels(moved.y)));
                    }
                },
                onwheel: move |event| {
                    event.prevent_default();
                    let down = event.delta().strip_units().y > 0.0;
                    onact.call(Act::Grow(if down { -STEP } else { STEP }));
                },
                onkeydown: move |event| {
                    let held = event.modifiers();
                    if let Some(act) = key(&event.key()).filter(|_| !held.ctrl() && !held.alt() && !held.meta()) {
                        event.prevent_default();
                        onact.call(act);
                    }
                },
                Held { seen: crop.seen.clone(), label: words.say("crop-picture") }
                svg { view_box: "0 0 {width} {height}", "aria-hidden": "true",
                    path { class: "crop-around", "fill-rule": "evenodd", d: "{around}" }
                    rect { class: "crop-edge", x: "{x}", y: "{y}", width: "{side}", height: "{side}" }
                }
            }
            p { id: "crop-hint", class: "hint", {words.say("crop-hint")} }
            div { class: "btns",
                Button { label: words.say("crop-smaller"), small: true, onclick: move |()| onact.call(Act::Grow(-STEP)) }
                Button { label: words.say("crop-larger"), small: true, onclick: move |()| onact.call(Act::Grow(STEP)) }
            }
            div { class: "btns",
                Button { label: words.say("cancel"), small: true, onclick: move |()| onact.call(Act::Leave) }
                Button { label: words.say("crop-take"), kind: Kind::Primary, small: true, onclick: move |()| onact.call(Act::Take) }
            }
        }
    }
}

/// What a key does to the square.
fn key(key: &Key) -> Option<Act> {
    Some(match key {
        Key::ArrowLeft => Act::Move(-STEP, 0),
        Key::ArrowRight => Act::Move(STEP, 0),
        Key::ArrowUp => Act::Move(0, -STEP),
        Key::ArrowDown => Act::Move(0, STEP),
        Key::Character(sign) if sign == "+" => Act::Grow(STEP),
        Key::Character(sign) if sign == "-" => Act::Grow(-STEP),
        Key::Enter => Act::Take,
        Key::Escape => Act::Leave,
        _ => return None,
    })
}

/// Whole pixels of a movement; a window has fewer than this holds.
fn pixels(moved: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number, cut to what a window may have")]
    let whole = moved.clamp(-100_000.0, 100_000.0) as i32;
    whole
}

"""The first run and the settings, as a person meets them: an invitation in a picture, codes in a file, a picture that is
cut, and the pages of the settings."""

import pathlib
import stat

from dialog import answer
from enrol import account
from patience import step, wait
from samples import picture


def first_run(server, window, folder):
    """From a picture of an invitation to the first window."""
    step("an invitation comes in a picture; recovery codes go to a file; a picture is cut")
    invite, codes, face = folder / "invite.png", folder / "codes.txt", folder / "face.png"
    link = server.command("user", "invite", "carla.meyer", "--out", invite, "--passphrase-file", server.passphrase)["link"]
    picture(face)
    window.start()
    window.press("I have an invite link")
    window.press("Read its QR code from a picture")
    answer(window, face)
    window.says("There is no invite link in this picture")
    window.press("Read its QR code from a picture")
    answer(window, invite)
    window.says("Compare the fingerprint")
    window.shot("invite-picture")
    account(window, "Carla Meyer")
    stored(window, codes)
    portrait(window, face)
    window.says("You're in.")
    window.shot("first-cards")
    window.press("See the keyboard shortcuts", exact=False)
    window.find("dialog", "Keyboard shortcuts", exact=False)
    window.key("Escape")
    if window.again(link) != 0:
        raise SystemExit("FAILED: the second start did not end well")
    window.says("There is an account in this profile already")


def stored(window, codes):
    """Recovery codes in a file that only this account reads; one of them is typed back."""
    window.press("Save…")
    window.says("The file is not encrypted")
    window.shot("codes-warning")
    window.press("Save it unencrypted")
    answer(window, codes)
    window.says("not encrypted. Move it to a safe place")
    mode, text = stat.S_IMODE(codes.stat().st_mode), codes.read_text().splitlines()
    if mode != 0o600 or len(text) < 12:
        raise SystemExit(f"FAILED: the file of the codes has mode {mode:o} and {len(text)} lines")
    first = next(line for line in text if len(line) > 6 and line.isascii() and line == line.upper() and " " not in line)
    window.fill("Or type one of them back", "wrong wrong wrong")
    window.says("This is none of those above")
    window.into("Or type one of them back")
    window.key("ctrl+a")
    window.type(first.lower().replace("-", " "))
    wait("the tick is set", lambda: window.ticked("I have stored them"))
    window.press("Continue")


def portrait(window, face):
    """A picture for the profile, cut by keys alone."""
    window.find("entry", "Position")
    window.press("Choose a picture")
    answer(window, face)
    window.says("Take this part")
    window.key("minus", "minus", "Left", "Left", "Up")
    window.shot("crop")
    window.key("Return")
    window.says("Picture taken")
    window.press("Continue")


def settings(window, name):
    """The pages that tell what lies here and what administrators did."""
    step("what administrators did, what lies here, and how much room it takes")
    window.key("ctrl+comma")
    window.press("Directory log")
    window.says(f"invited {name}")
    window.shot("log")
    window.press("Storage")
    window.says("By conversation")
    window.press("Give back now")
    window.says("are free again")
    window.shot("storage")
    window.press("Privacy")
    window.says("Nobody is blocked")
    window.press("Appearance")
    window.press("Compact", role="radio button")
    window.shot("compact")
    look = pathlib.Path(window.profile) / "window.conf"
    wait("the density is kept", lambda: "compact=true" in look.read_text())

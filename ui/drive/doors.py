"""The first run and the settings, as a person meets them: an invitation in a picture, codes in a file, a picture that is
cut, and the pages of the settings. A part of window.py."""

import pathlib
import stat
import subprocess
import time


def dialog(run, window, path):
    """The system's own dialog for files, answered by typing a path."""
    def there():
        return subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "zenity"],
                              capture_output=True, text=True).stdout.split()
    shown = run.wait("the system asks for a file", there)
    subprocess.run(["xdotool", "windowactivate", "--sync", shown[0]], check=True)
    time.sleep(1)
    window.type("/")
    time.sleep(1)
    subprocess.run(["xdotool", "key", "ctrl+a"], check=True)
    window.type(str(path))
    subprocess.run(["xdotool", "key", "Return"], check=True)
    run.wait("the dialog is gone", lambda: not there())


def first_run(run, server, window, folder):
    """From a picture of an invitation to the first window; `run` is window.py."""
    run.step("an invitation comes in a picture; recovery codes go to a file; a picture is cut")
    invite, codes, face = folder / "invite.png", folder / "codes.txt", folder / "face.png"
    link = server.command("user", "invite", "carla.meyer", "--out", invite, "--passphrase-file", server.passphrase)["link"]
    run.picture(face)
    window.start()
    window.press("I have an invite link")
    window.press("Read its QR code from a picture")
    dialog(run, window, face)
    window.says("There is no invite link in this picture")
    window.press("Read its QR code from a picture")
    dialog(run, window, invite)
    window.says("Compare the fingerprint")
    window.shot("invite-picture")
    window.press("They are the same, continue")
    window.find("entry", "Full name")
    window.fill("Full name", "Carla Meyer")
    window.key("Return")
    window.ready("password text", "New password")
    window.type(run.PASSWORD)
    window.says("A good password")
    window.key("Return")
    window.find("push button", "Copy the secret")
    secret = run.wait("the secret", window.says_secret)
    window.ready("entry", "Six-digit code")
    window.type(run.code(secret))
    stored(run, window, codes)
    portrait(run, window, face)
    window.says("You're in.")
    window.shot("first-cards")
    window.press("See the keyboard shortcuts", exact=False)
    window.find("dialog", "Keyboard shortcuts", exact=False)
    window.key("Escape")
    if window.again(link) != 0:
        raise SystemExit("FAILED: the second start did not end well")
    window.says("There is an account in this profile already")


def stored(run, window, codes):
    """Recovery codes in a file that only this account reads; one of them is typed back."""
    window.press("Save…")
    window.says("The file is not encrypted")
    window.shot("codes-warning")
    window.press("Save it unencrypted")
    dialog(run, window, codes)
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
    run.wait("the tick is set", lambda: window.ticked("I have stored them"))
    window.press("Continue")


def portrait(run, window, face):
    """A picture for the profile, cut by keys alone."""
    window.find("entry", "Position")
    window.press("Choose a picture")
    dialog(run, window, face)
    window.says("Take this part")
    window.key("minus", "minus", "Left", "Left", "Up")
    window.shot("crop")
    window.key("Return")
    window.says("Picture taken")
    window.press("Continue")


def settings(run, window, name):
    """The pages that tell what lies here and what administrators did."""
    run.step("what administrators did, what lies here, and how much room it takes")
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
    run.wait("the density is kept", lambda: "compact=true" in look.read_text())

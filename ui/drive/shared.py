"""What was shared between two people, in their windows: listed, played on, handed to other programs, compared, erased."""

import os
import pathlib
import subprocess

import pyatspi

from beside import Desktop

OPENER = """#!/bin/sh
printf '%s\\n' "$1" >> "{opened}"
"""


class Outside:
    """A home of its own, a program that stands for all others, and a file manager: what they are given is written down."""

    def __init__(self, folder):
        self.home, self.opened = folder / "home", folder / "opened"
        (self.home / "Downloads").mkdir(parents=True)
        (self.home / ".config").mkdir()
        (self.home / ".config/user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/Downloads"\n')
        programs = folder / "programs"
        programs.mkdir()
        (programs / "xdg-open").write_text(OPENER.format(opened=self.opened))
        (programs / "xdg-open").chmod(0o755)
        self.files = Desktop("files")
        self.environment = {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / ".config"),
                            "PATH": f"{programs}:{os.environ['PATH']}"}

    def given(self):
        return self.opened.read_text().splitlines() if self.opened.exists() else []


def press_in(window, by, dialog, label):
    """A button of a dialog: one behind it may have the same name."""
    def there():
        box = window.look("dialog", dialog, exact=False)
        return box and pyatspi.findDescendant(
            box, lambda node: node.getRoleName() == "push button" and by.plain(node.name) == label)
    by.wait(f"{label!r} in {dialog!r}", there).queryAction().doAction(0)


def details(window):
    """Opens the details, unless they are open."""
    if not window.look("push button", "Close the details"):
        window.key("ctrl+shift+m")
    window.find("push button", "Close the details")


def choose(window, by, label, path):
    """A file, by the system's own dialog."""
    window.front()

    def there():
        return pyatspi.findDescendant(window.tree(), lambda node: by.plain(node.name) == label
                                      and node.getState().contains(pyatspi.STATE_FOCUSABLE))
    by.wait(label, there).queryAction().doAction(0)
    dialog = by.wait("the system asks for a file", lambda: subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--class", "zenity"], capture_output=True, text=True).stdout.split())
    subprocess.run(["xdotool", "windowactivate", "--sync", dialog[0]], check=True)
    by.time.sleep(1)
    window.type("/")
    by.time.sleep(1)
    subprocess.run(["xdotool", "key", "ctrl+a"], check=True)
    window.type(str(path))
    subprocess.run(["xdotool", "key", "Return"], check=True)


def gone(window, by, what, holds):
    by.wait(what, lambda: window.tree() and not pyatspi.findDescendant(window.tree(), holds))


def shared(ana, bob, folder, outside, by):
    """`by` is the driver: its steps, its patience, its files."""
    by.step("the details list what was shared over the whole history, by kind")
    bob.front()
    bob.press("Chats", exact=False)
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    details(bob)
    bob.find("push button", "Media 2", exact=False)
    bob.shot("details-kinds")
    bob.press("Media", exact=False)
    bob.find("push button", "Show Site visit.webm in the conversation")
    bob.shot("details-media")
    bob.press("Back to the details")
    bob.press("Documents", exact=False)
    bob.press("Open the document Board pack Q4.pdf, ", exact=False)
    bob.find("image", "Board pack Q4.pdf, Page 1 of 3")
    bob.key("Escape")
    bob.press("Back to the details")
    bob.press("Audio", exact=False)
    bob.press("Show Minutes.wav in the conversation, ", exact=False)
    bob.press("Back to the details")
    bob.press("Close the details")

    by.step("a sound goes on while its conversation is left, and ends")
    if not bob.look("audio", "Minutes.wav"):
        by.offer(bob, "Play").queryAction().doAction(0)
    bob.key("ctrl+comma")
    bob.says("Profile")
    heard = by.elapsed(bob, "audio", "Minutes.wav")
    by.wait("the sound goes on under the settings", lambda: by.elapsed(bob, "audio", "Minutes.wav") > heard + 1)
    bob.shot("player")
    bob.press("Stop and close the player")
    by.wait("the player is gone", lambda: not bob.look("audio", "Minutes.wav"))
    bob.press("Chats", exact=False)
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)

    by.step("another program gets a copy after a question, under a name that is made here")
    pdf = (folder / "Board pack Q4.pdf").read_bytes()
    details(bob)
    bob.press("Documents", exact=False)
    bob.find("push button", "Back to the details")
    pane = bob.find("landmark", "Details")
    label = lambda name: by.wait(name, lambda: pyatspi.findDescendant(
        pane, lambda node: node.getRoleName() == "push button" and by.plain(node.name) == name))
    label("Open").queryAction().doAction(0)
    bob.says("A readable copy is written into")
    bob.shot("open-outside")
    if outside.given() or list((outside.home / "Downloads").iterdir()):
        raise SystemExit("FAILED: something was written before the word of the person")
    press_in(bob, by, "Open Board pack", "Open")
    path = pathlib.Path(by.wait("the other program is given the copy", outside.given)[0])
    if path.parent != outside.home / "Downloads" or path.suffix != ".pdf" or "Board" in path.name or path.read_bytes() != pdf:
        raise SystemExit(f"FAILED: the other program was given {path}")

    by.step("what was written is shown in its folder")
    label("Show in folder").queryAction().doAction(0)
    by.wait("the file manager shows it", lambda: {"shows": [path.as_uri()]} in outside.files.told)
    bob.press("Back to the details")

    by.step("a safety number is read out of a picture")
    bob.press("Show safety number")
    bob.find("dialog", "Verify", exact=False)
    bob.shot("number")
    bob.key("Escape")
    bob.press("Close the details")
    ana.front()
    ana.press("Chats", exact=False)
    ana.find("list item", "Bob Unal", exact=False).queryAction().doAction(0)
    details(ana)
    ana.press("Show safety number")
    choose(ana, by, "Read a QR image", bob.shots / "number.png")
    ana.says("The numbers match.", 180)

    by.step("a conversation leaves this computer, and its numbers are said first")
    ana.press("Delete conversation")
    ana.says("leave this computer. Bob Unal keeps theirs.")
    ana.shot("erase")
    press_in(ana, by, "Delete this conversation?", "Delete conversation")
    ana.says("The conversation with Bob Unal is gone from this computer.")
    gone(ana, by, "nothing of it is shown", lambda node: "Read it on the train" in by.said(node))
    bob.says("Read it on the train")

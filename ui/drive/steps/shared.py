"""What was shared between two people, in their windows: listed, played on, handed to other programs, compared, erased."""

import os
import pathlib
import stat

import pyatspi

from beside import Desktop
from dialog import answer
from patience import step, wait
from player import elapsed, offer
from tree import plain, said

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


def press_in(window, dialog, label):
    """A button of a dialog: one behind it may have the same name."""
    def there():
        box = window.look("dialog", dialog, exact=False)
        return box and pyatspi.findDescendant(
            box, lambda node: node.getRoleName() == "push button" and plain(node.name) == label)
    wait(f"{label!r} in {dialog!r}", there).queryAction().doAction(0)


def details(window):
    """Opens the details, unless they are open."""
    if not window.look("push button", "Close the details"):
        window.key("ctrl+shift+m")
    window.find("push button", "Close the details")


def choose(window, label, path):
    """A file, by the system's own dialog."""
    window.front()

    def there():
        return pyatspi.findDescendant(window.tree(), lambda node: plain(node.name) == label
                                      and node.getState().contains(pyatspi.STATE_FOCUSABLE))
    wait(label, there).queryAction().doAction(0)
    answer(window, path)


def in_details(window, label):
    """A button of the details."""
    pane = window.find("landmark", "Details")
    return wait(label, lambda: pyatspi.findDescendant(
        pane, lambda node: node.getRoleName() == "push button" and plain(node.name) == label))


def ask_outside(window):
    """Asks for the document of the open conversation in another program, up to the question."""
    details(window)
    window.press("Documents", exact=False)
    window.find("push button", "Back to the details")
    in_details(window, "Open").queryAction().doAction(0)
    window.says("A readable copy is written into")


def gone(window, what, holds):
    wait(what, lambda: window.tree() and not pyatspi.findDescendant(window.tree(), holds))


def run(ana, bob, folder, outside):
    step("the details list what was shared over the whole history, by kind")
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

    step("a sound goes on while its conversation is left, and ends")
    if not bob.look("audio", "Minutes.wav"):
        offer(bob, "Play").queryAction().doAction(0)
    bob.key("ctrl+comma")
    bob.says("Profile")
    heard = elapsed(bob, "audio", "Minutes.wav")
    wait("the sound goes on under the settings", lambda: elapsed(bob, "audio", "Minutes.wav") > heard + 1)
    bob.shot("player")
    bob.press("Stop and close the player")
    wait("the player is gone", lambda: not bob.look("audio", "Minutes.wav"))
    bob.press("Chats", exact=False)
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)

    step("another program gets a copy after a question, under a name that is made here")
    pdf = (folder / "Board pack Q4.pdf").read_bytes()
    ask_outside(bob)
    bob.shot("open-outside")
    if outside.given() or list((outside.home / "Downloads").iterdir()):
        raise SystemExit("FAILED: something was written before the word of the person")
    press_in(bob, "Open Board pack", "Open")
    path = pathlib.Path(wait("the other program is given the copy", outside.given)[0])
    if path.parent.parent != outside.home / "Downloads" or path.suffix != ".pdf" or "Board" in str(path) or path.read_bytes() != pdf:
        raise SystemExit(f"FAILED: the other program was given {path}")
    rights = [stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path)]
    if rights != [0o700, 0o600]:
        raise SystemExit(f"FAILED: the copy has the rights {[oct(mode) for mode in rights]}")

    step("what was written is shown in its folder")
    in_details(bob, "Show in folder").queryAction().doAction(0)
    wait("the file manager shows it", lambda: {"shows": [path.as_uri()]} in outside.files.told)
    bob.press("Back to the details")

    step("a safety number is read out of a picture")
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
    choose(ana, "Scan a QR image", bob.shots / "number.png")
    ana.says("The numbers match.", 180)

    step("a conversation leaves this computer, and its numbers are said first")
    ana.press("Delete conversation")
    ana.says("leave this computer. Bob Unal keeps theirs.")
    ana.shot("erase")
    press_in(ana, "Delete this conversation?", "Delete conversation")
    ana.says("The conversation with Bob Unal is gone from this computer.")
    gone(ana, "nothing of it is shown", lambda node: "Read it on the train" in said(node))
    bob.says("Read it on the train")

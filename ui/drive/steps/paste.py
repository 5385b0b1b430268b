"""A paste that is longer than a message: nothing of it is lost in silence."""

import contextlib
import subprocess

from patience import step, wait

TEXT = "The lenders accept clause seven. " * 2200
LONGEST = 65_536


@contextlib.contextmanager
def clipboard(text):
    """A text on the clipboard, as another program has it there."""
    owner = subprocess.Popen(["xclip", "-selection", "clipboard", "-quiet"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    owner.stdin.write(text.encode())
    owner.stdin.close()
    try:
        yield
    finally:
        owner.kill()
        owner.wait()


def run(ana, name):
    step("a paste that the field does not take whole says by how much, and all of it can go as a file")
    composer = f"Message to {name}"
    shown = lambda: ana.text_of("entry", composer)
    ana.find("entry", composer)
    ana.fill(composer, "Here: ")
    wait("the field holds what was typed", lambda: shown() == "Here: ")
    with clipboard(TEXT):
        # The owner of a clipboard may come late: a person pastes again.
        def pasted():
            ana.key("End", "ctrl+v")
            return len(shown()) > len("Here: ")
        wait("the paste is in the field", pasted)
        ana.says(f"too long by {len('Here: ' + TEXT) - LONGEST} characters")
    wait("what fits is in the field", lambda: len(shown()) == LONGEST)
    ana.press("Send as a file")
    ana.find("entry", "Add a caption")
    ana.says("message.txt")
    ana.says("72")
    ana.shot("paste")
    ana.key("Escape")
    wait("the sheet is gone", lambda: not ana.look("entry", "Add a caption"))
    ana.into(composer)
    ana.key("ctrl+a", "BackSpace")
    wait("the field is empty", lambda: shown().strip() == "")
    ana.press("Close")
    wait("nothing is said any more", lambda: not ana.look("push button", "Send as a file"))

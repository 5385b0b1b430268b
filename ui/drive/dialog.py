"""The system's own dialog for files."""

import time

import screen
from patience import wait

KIND = "zenity"


def answer(window, path, ask=lambda: None):
    """Types a path into the dialog; `ask` is called until there is one."""
    def shown():
        ask()
        return next(iter(screen.windows(KIND)), None)
    screen.front(wait("the system asks for a file", shown))
    time.sleep(1)
    window.type("/")
    time.sleep(1)
    screen.key("ctrl+a")
    window.type(str(path))
    screen.key("Return")
    wait("the dialog is gone", lambda: not screen.windows(KIND))


def send_file(window, path, caption):
    """Through the dialog, as a person does it."""
    pressed = [0.0]

    def ask():
        # A key that came before the window was in front is lost; a person presses it again.
        if time.time() - pressed[0] > 15:
            window.key("ctrl+u")
            pressed[0] = time.time()
    answer(window, path, ask)
    window.find("entry", "Add a caption")
    window.into("Add a caption")
    window.type(caption)
    window.key("Return")

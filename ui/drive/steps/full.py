"""A disk that is full: what is said, what stays, and that room mends it without a loss."""

import os
import subprocess
import time

from app import Window
from enrol import PASSWORD, enrol
from patience import step, wait

SIZE = 96  # MiB: room for a profile, quickly filled
TRIES, SHOWN = 5, 5  # seconds until a refusal is on the screen


class Disk:
    """A small file system in memory. It takes the right to mount, in a namespace of the run's own."""

    def __init__(self, place):
        self.place, self.ballast = place, place / "ballast"
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", place], check=True)

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(64 * 1024))
            except OSError:
                pass

    def free(self):
        self.ballast.unlink()

    def close(self):
        subprocess.run(["umount", "--lazy", self.place], check=True)


def refused(window, disk, field, text):
    """Writes a text until it is refused: the program may have given room back just before."""
    def stands():
        return window.look("push button", "Try again")
    for _ in range(TRIES):
        disk.fill()
        window.fill(field, text)
        window.key("Return")
        end = time.time() + SHOWN
        while time.time() < end:
            if stands():
                return
            time.sleep(0.1)
    wait(f"{text!r} is refused", stands)


def unlock(window):
    window.ready("password text", "Password")
    window.key("ctrl+a")
    window.type(PASSWORD + "\n")


def run(programs, server, folder, shots, name):
    """`name` is somebody to write to."""
    if os.environ.get("CONCLAVE_OWN_SPACE") != "1":
        print("  a full disk: not driven, mounting takes root", flush=True)
        return
    disk = Disk(folder / "small")
    window = Window(programs, disk.place / "emil", shots)
    field = f"Message to {name}"
    try:
        step("on a full disk a text is refused, stays, and goes once there is room")
        window.start()
        enrol(window, server.invite("emil.stone"), "Emil Stone")
        window.press("People")
        window.find("list item", name, exact=False).queryAction().doAction(0)
        refused(window, disk, field, "Written on a full disk")
        window.says("enough room")
        window.says("Written on a full disk")
        window.shot("full")
        disk.free()
        window.press("Try again")
        wait("it was taken", lambda: not window.look("push button", "Try again"))

        step("a lock hides the messages although the disk is full, the password says what is missing, and no text is lost")
        refused(window, disk, field, "Refused")
        window.fill(field, "Begun")
        window.key("ctrl+l")
        window.ready("password text", "Password")
        if window.look("entry", field):
            raise SystemExit("FAILED: the conversation is still there")
        unlock(window)
        window.says("enough room", 120)
        window.shot("full-door")
        disk.free()
        unlock(window)
        window.find("list item", name, exact=False, patience=120).queryAction().doAction(0)
        window.says("Written on a full disk")
        written = window.find("entry", field).queryText()
        wait("what was refused and what was begun is there", lambda: written.getText(0, -1).split() == ["Refused", "Begun"])
        window.shot("full-again")
    finally:
        if window.process and window.process.poll() is None:
            window.kill()
        disk.close()

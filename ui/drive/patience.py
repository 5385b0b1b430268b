"""Waits on conditions; when one never comes, every window is kept as a picture and the run ends with the condition's name."""

import contextlib
import pathlib
import subprocess
import sys
import time

import screen

PATIENCE = 60  # seconds: a busy machine is slow, not broken
pictures = pathlib.Path(".")


def pictures_to(folder):
    """Where the pictures of a failure go."""
    global pictures
    pictures = folder


def wait(what, check, patience=PATIENCE):
    end = time.time() + patience
    while time.time() < end:
        try:
            found = check()
        except Exception:  # a tree that changes while it is read
            found = None
        if found:
            return found
        time.sleep(0.1)
    screen.keep("root", pictures / "failed.png")
    for number, window in enumerate(sorted(screen.windows())):
        screen.front(window)
        time.sleep(0.5)
        screen.keep(window, pictures / f"failed-{number}.png")
    raise SystemExit(f"FAILED: {what}")


@contextlib.contextmanager
def busy(loops=4):
    """A computer that has other things to do."""
    running = [subprocess.Popen(["nice", sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def step(name):
    print(f"  {name}", flush=True)

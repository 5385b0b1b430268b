"""The screen as X has it: windows by their class, the pointer, the keys."""

import subprocess


def windows(kind="conclave-desktop"):
    """The windows of a program that can be seen."""
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", kind], capture_output=True, text=True)
    return set(found.stdout.split())


def owner(window):
    """The process of a window, as text."""
    return subprocess.run(["xdotool", "getwindowpid", window], capture_output=True, text=True).stdout.strip()


def front(window):
    subprocess.run(["xdotool", "windowactivate", "--sync", window], check=False, stderr=subprocess.DEVNULL)


def active():
    return subprocess.run(["xdotool", "getactivewindow"], capture_output=True, text=True).stdout.strip()


def title(window):
    return subprocess.run(["xdotool", "getwindowname", window], capture_output=True, text=True).stdout


def keep(window, path):
    """A picture of a window, or of the root."""
    subprocess.run(["import", "-window", window, str(path)], check=False)


def key(*names, delay=None):
    slow = [] if delay is None else ["--delay", str(delay)]
    subprocess.run(["xdotool", "key", *slow, *names], check=True)


def write(text, delay=12):
    """Types; the end of a line is the Enter key."""
    subprocess.run(["xdotool", *spelled(text, delay)], check=True)


def rush(first, text):
    """A key and what follows it at once, as somebody types who knows what the key opens."""
    subprocess.run(["xdotool", "key", "--delay", "0", first, *spelled(text, 5)], check=True)


def spelled(text, delay):
    """What xdotool is asked for: it knows the end of a line as another key than Enter."""
    words = []
    for number, line in enumerate(text.split("\n")):
        words += ["key", "--delay", "0", "Return"] if number else []
        words += ["type", "--delay", str(delay), "--args", "1", line] if line else []
    return words


def click(x, y):
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True)

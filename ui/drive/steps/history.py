"""A history that is longer than what the window holds at a time."""

import pyatspi

from beside import Colleague
from enrol import PASSWORD
from patience import step, wait
from tree import said

LINES = 240  # more than are loaded at once, and far more than are held
PRESSES = 60  # far more than it takes to either end


def line(number):
    return f"Line {number} of the log"


def at(window, words):
    """Where a line stands on the screen, while it is in sight."""
    log = window.look("log", "Messages")
    node = log and pyatspi.findDescendant(
        log, lambda one: words in said(one) and one.getState().contains(pyatspi.STATE_SHOWING))
    return node and node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS).y


def until(window, key, words):
    """Presses a key until a line is there."""
    for _ in range(PRESSES):
        if at(window, words):
            return
        window.key(key)
    wait(f"{key} leads to {words!r}", lambda: False, 1)


def run(programs, server, window, folder, user):
    dora = Colleague(programs, folder / "dora", server.invite("dora.lang"), "Dora Lang", PASSWORD)
    try:
        step("a long history goes by to its first message and back")
        for number in range(1, LINES + 1):
            dora.call("message.send", to=f"@{user}", text=line(number))
        window.front()
        window.press("Chats", exact=False)
        window.find("list item", "Dora Lang", exact=False).queryAction().doAction(0)
        window.says(line(LINES))
        window.find("log", "Messages").queryComponent().grabFocus()
        until(window, "Home", line(1))
        window.shot("history-begin")
        until(window, "End", line(LINES))

        step("what is read keeps its place when another message comes")
        window.key("Page_Up")
        seen = next(number for number in range(LINES, 0, -1) if at(window, line(number)))
        place = at(window, line(seen))
        dora.call("message.send", to=f"@{user}", text=line(LINES + 1))
        window.says(line(LINES + 1))
        if abs(at(window, line(seen)) - place) > 1:
            raise SystemExit(f"FAILED: line {seen} went from {place} to {at(window, line(seen))}")
        window.key("End")
        wait("the newest is in sight", lambda: at(window, line(LINES + 1)))
    finally:
        dora.close()

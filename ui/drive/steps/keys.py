"""The keyboard alone: regions, lists, and a dialog that keeps it and gives it back."""

import pyatspi

from patience import step, wait
from tree import plain

REGIONS = 8  # more than the window has


def on(window):
    """Role and name of what has the keyboard."""
    # What holds the page has it as well: the innermost is meant.
    nodes = pyatspi.findAllDescendants(window.tree(), lambda one: one.getState().contains(pyatspi.STATE_FOCUSED))
    return (nodes[-1].getRoleName(), plain(nodes[-1].name)) if nodes else None


def run(window, name):
    composer = ("entry", f"Message to {name}")
    step("the regions of the window follow each other, and lead back")
    window.front()
    window.press("People")
    window.find("list item", name, exact=False).queryAction().doAction(0)
    window.into(composer[1])
    seen = []
    for _ in range(REGIONS):
        before = on(window)
        window.key("F6")
        seen.append(wait("the next region", lambda: on(window) not in (None, before) and on(window)))
        if seen[-1] == composer:
            break
    if seen[-1] != composer or len(set(seen)) < 3:
        raise SystemExit(f"FAILED: F6 led to {seen}")

    step("a list is one stop, and Home, End and arrows move in it")
    window.key("ctrl+n")
    window.ready("entry", "Find someone")
    window.key("Tab", "Tab")
    row = wait("a row has the keyboard", lambda: on(window) and on(window)[0] == "list item" and on(window))
    window.key("Home")
    first = wait("the first row", lambda: on(window) and on(window)[0] == "list item" and on(window))
    window.key("End")
    last = wait("the last row", lambda: on(window) not in (None, first) and on(window))
    window.key("Up")
    wait("the row before", lambda: on(window) not in (None, last))
    window.key("Home")
    wait("the first row again", lambda: on(window) == first)
    # People who are here and people who are not are two lists.
    for _ in range(2):
        before = on(window)
        window.key("Tab")
        after = wait("Tab leads on", lambda: on(window) not in (None, before) and on(window))
    if after[0] == "list item":
        raise SystemExit(f"FAILED: Tab stays in the lists, from {row} to {after}")

    step("a dialog keeps the keyboard, and gives it back")
    window.into(composer[1])
    window.key("ctrl+slash")
    window.within("Keyboard shortcuts")
    for key in ["Tab"] * 5 + ["shift+Tab"] * 7:
        window.key(key)
        window.within("Keyboard shortcuts")
    window.key("Escape")
    wait("the composer has it again", lambda: on(window) == composer)

"""A colleague who sends what no window would send."""

import json
import pathlib

import pyatspi

import screen
from beside import Colleague, Trap
from enrol import PASSWORD
from patience import step


def inside(window, role, name):
    """A control that a long name pushes out of the window cannot be pressed."""
    box = window.find(role, name).queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    size = window.tree()[0].queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    if box.x < 0 or box.x + box.width > size.width:
        raise SystemExit(f"FAILED: {name!r} at {box.x} to {box.x + box.width} of {size.width}")


def run(programs, server, bob, folder):
    step("two hundred hostile payloads: nothing runs, nothing is fetched, nothing freezes")
    trap = Trap()
    corpus = json.loads((pathlib.Path(__file__).parent.parent.parent / "tests/hostile/payloads.json").read_text())
    corpus = [payload.replace("{trap}", trap.address) for payload in corpus]
    eve = Colleague(programs, folder / "eve", server.invite("eve"), "Eve", PASSWORD)
    try:
        bob.press("People")
        bob.find("list item", "Eve", exact=False).queryAction().doAction(0)
        for payload in corpus:
            eve.call("message.send", to="@bob.unal", text=payload)
        for payload in corpus[::40]:
            name = payload.replace("/", "_").replace("\0", "_")[:60] or "x"
            (folder / "parcel").write_text("x")
            eve.call("file.send", to="@bob.unal", path=str(folder / "parcel"), name=name)
            eve.call("profile.set", fullName=payload[:80], position=payload[:80], location=payload[:80],
                     description=payload)
        eve.call("message.send", to="@bob.unal", text="a" + "\u0301" * 32_000)
        eve.call("message.send", to="@bob.unal", text="\U0001F389" * 10_000)
        eve.call("message.send", to="@bob.unal", text="that was all of it")
        bob.says("that was all of it", 180)
        bob.key("ctrl+m")
        bob.type("Still here")
        bob.key("Return")
        bob.says("Still here")
        eve.call("profile.set", fullName="W" * 80)
        bob.says("W" * 79)
        bob.key("ctrl+shift+m")
        bob.find("push button", "Close the details")
        bob.shot("hostile")
        inside(bob, "push button", "Close the details")
        inside(bob, "push button", "Send")
    finally:
        eve.close()
    title = screen.title(bob.id)
    if "Conclave" not in title or trap.came:
        raise SystemExit(f"FAILED: title {title!r}, {trap.came} visitors of the trap")

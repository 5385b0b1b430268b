"""Films and sounds, as they are seen and heard from outside."""

import subprocess
import time

import pyatspi

from patience import wait
from tree import plain


def control(window, role, name, of, label):
    """A control of a player."""
    player = window.find(role, name)
    return wait(f"{label or of} of {name}", lambda: pyatspi.findDescendant(
        player, lambda node: node.getRoleName() == of and plain(node.name).startswith(label)))


def offer(window, label, newest=False):
    """The button that opens a player, not one of a player's own: the first one, or that of the newest message."""
    def in_sight(node):
        return node.getRoleName() == "push button" and plain(node.name) == label

    def ready():
        # A player has a button of that name too; its whole tree stands below it.
        players = pyatspi.findAllDescendants(window.tree(), lambda node: node.getRoleName() in ("video", "audio"))
        taken = {node.path for player in players for node in pyatspi.findAllDescendants(player, in_sight)}
        offered = [node for node in pyatspi.findAllDescendants(window.tree(), in_sight) if node.path not in taken]
        return offered[-1 if newest else 0] if offered else None
    return wait(f"{label!r} is offered", ready)


def elapsed(window, role, name):
    """Seconds that a player has played."""
    return float(plain(control(window, role, name, "static", "Elapsed:").name).split()[1])


def skip(window, role, name, label, times):
    for _ in range(times):
        control(window, role, name, "push button", label).queryAction().doAction(0)
        time.sleep(0.5)


def colour_of(window, role, name):
    """What a film shows a little above its middle, as it stands on the screen."""
    window.front()
    box = window.find(role, name).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    place = f"1x1+{box.x + box.width // 2}+{box.y + box.height // 3}"
    point = subprocess.run(["import", "-silent", "-window", "root", "-crop", place, "-depth", "8", "rgb:-"],
                           capture_output=True, check=True).stdout
    red, green, blue = point[:3]
    return "red" if red > 150 > green + blue else "blue" if blue > 150 > red + green else "other"

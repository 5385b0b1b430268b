"""One window as a person has it: the accessibility tree finds controls by role and name, real keys type."""

import os
import pathlib
import subprocess
import time

import pyatspi

import screen
from patience import PATIENCE, wait
from tree import plain, said


class Window:
    """One window with a profile of its own."""

    def __init__(self, programs, profile, shots, environment=None, through=()):
        """`through` is a command that becomes the program."""
        self.through = through
        self.program, self.profile, self.shots = programs / "conclave-desktop", profile, shots
        # What the web view keeps for itself.
        self.own = pathlib.Path(f"{profile}-own")
        self.process = None
        self.environment = {**(environment or os.environ), "XDG_CACHE_HOME": str(self.own / "cache"),
                            "XDG_DATA_HOME": str(self.own / "data")}

    def again(self, *more):
        """Another start of the program for the same profile."""
        return subprocess.run([self.program, "--profile", self.profile, *more], env=self.environment, timeout=PATIENCE,
                              capture_output=True).returncode

    def ticked(self, name):
        return self.find("check box", name).getState().contains(pyatspi.STATE_CHECKED)

    def start(self):
        log = open(f"{self.profile}.log", "a")
        command = [*self.through, self.program, "--profile", self.profile, "--lang", "en"]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)
        # By its process: while another window goes, not all are listed.
        self.id = wait("a window opens", lambda: next(
            (one for one in screen.windows() if screen.owner(one) == str(self.process.pid)), None))
        subprocess.run(["xdotool", "windowsize", self.id, "1280", "860"], check=True)
        self.front()

    def front(self):
        screen.front(self.id)
        time.sleep(0.2)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.terminate()
        self.process.wait()

    def tree(self):
        for application in pyatspi.Registry.getDesktop(0):
            if application and application.get_process_id() == self.process.pid:
                return application
        return None

    def look(self, role, name, exact=True):
        def matches(node):
            said = plain(node.name)
            return node.getRoleName() == role and (said == name if exact else name in said)
        tree = self.tree()
        return pyatspi.findDescendant(tree, matches) if tree else None

    def find(self, role, name, exact=True, patience=PATIENCE):
        return wait(f"{role} {name!r}", lambda: self.look(role, name, exact), patience)

    def says(self, words, patience=PATIENCE):
        """Waits until the words stand anywhere in the window."""
        def holds(node):
            return words in said(node)
        return wait(f"the window says {words!r}",
                    lambda: self.tree() and pyatspi.findDescendant(self.tree(), holds), patience)

    def silent(self, words, patience=PATIENCE):
        """Waits until the words stand nowhere in the window any more."""
        def holds(node):
            return words in said(node)
        return wait(f"the window does not say {words!r} any more",
                    lambda: (tree := self.tree()) and not pyatspi.findDescendant(tree, holds), patience)

    def press(self, name, role="push button", exact=True):
        def ready():
            node = self.look(role, name, exact)
            return node if node and node.getState().contains(pyatspi.STATE_ENABLED) else None
        wait(f"{role} {name!r} can be pressed", ready).queryAction().doAction(0)

    def into(self, name):
        """Puts the keyboard into a field, by a click on it."""
        self.front()
        box = self.find("entry", name).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        screen.click(box.x + min(box.width // 2, 60), box.y + box.height // 2)
        time.sleep(0.2)

    def type(self, text, delay=12):
        """Types; the end of a line is the Enter key."""
        screen.write(text, delay)

    def key(self, *names):
        self.front()
        screen.key(*names)

    def ready(self, role, name):
        """Waits until a field has the keyboard: a person sees the caret before typing."""
        self.front()
        def focused():
            node = self.look(role, name)
            return node and node.getState().contains(pyatspi.STATE_FOCUSED)
        wait(f"{role} {name!r} has the keyboard", focused)

    def fill(self, name, text):
        self.into(name)
        self.type(text)

    def text_of(self, role, name):
        return self.find(role, name).queryText().getText(0, -1)

    def rush(self, key, text):
        """A key and what follows it at once, as somebody types who knows what the key opens."""
        self.front()
        screen.rush(key, text)

    def holds(self, name):
        """What stands in the field of that name, if it has the keyboard."""
        def focused(node):
            return plain(node.name) == name and node.getState().contains(pyatspi.STATE_FOCUSED)
        tree = self.tree()
        field = pyatspi.findDescendant(tree, focused) if tree else None
        return field and field.queryText().getText(0, -1)

    def within(self, name):
        """Waits until the keyboard is inside a dialog: a person sees it open before typing."""
        def focused():
            dialog = self.look("dialog", name, exact=False)
            return dialog and pyatspi.findDescendant(
                dialog, lambda node: node.getState().contains(pyatspi.STATE_FOCUSED))
        wait(f"the keyboard is in {name!r}", focused)

    def shot(self, name):
        self.front()
        time.sleep(0.5)
        screen.keep(self.id, self.shots / f"{name}.png")

#!/usr/bin/python3
"""Drives the real window as a person would: the accessibility tree finds controls by role and name, real keys type.

`./x test ui` runs it under Xvfb, openbox and a session bus of its own:

    drive/window.py PROGRAMS SHOTS

PROGRAMS holds login-server and conclave-desktop, SHOTS receives a picture of each step. Every step that fails ends the
run with its name; nothing is skipped. Nothing is reached but this computer.
"""

import contextlib
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import time
import zlib

import pyatspi

import doors
from beside import Bus, Colleague, Desktop, Trap, code
from disk import Watch, kept, marks
from shared import Outside, shared

PATIENCE = 60  # seconds: a busy machine is slow, not broken
PASSPHRASE = "harbour-violet-anchor-2207"
PASSWORD = "velvet otter piano 41"
LONG = ("The lenders accept clause 7 as it stands and ask for one change only: the date in 7.2 must be named. Legal proposes "
        "the fifteenth of February, which leaves the board ten working days after the meeting in Lyon. Please read the "
        "annex on page two as well, because the second account is opened by the same signature and nobody has checked "
        "who may sign for Suzhou. If that is fine with you I send the corrected version tonight, sealed, and we compare "
        "our numbers on the phone before anything is paid out. Nothing of this leaves our two computers. Thank you, Ana")
SHOTS = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else pathlib.Path(".")


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
    subprocess.run(["import", "-window", "root", str(SHOTS / "failed.png")], check=False)
    for number, window in enumerate(sorted(Window.windows())):
        subprocess.run(["xdotool", "windowactivate", "--sync", window], check=False, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        subprocess.run(["import", "-window", window, str(SHOTS / f"failed-{number}.png")], check=False)
    raise SystemExit(f"FAILED: {what}")


def typing(text, delay):
    """What xdotool is asked for: it knows the end of a line as another key than Enter."""
    words = []
    for number, line in enumerate(text.split("\n")):
        words += ["key", "--delay", "0", "Return"] if number else []
        words += ["type", "--delay", str(delay), "--args", "1", line] if line else []
    return words


class Server:
    """A login server as an administrator runs it."""

    def __init__(self, programs, folder):
        self.program, self.folder = programs / "login-server", folder
        folder.mkdir()
        self.passphrase = folder / "passphrase"
        self.passphrase.touch(0o600)
        self.passphrase.write_text(PASSPHRASE)
        self.command("init", "--org", "Verdane Group", "--listen", "/ip4/127.0.0.1/tcp/0", "--unattended",
                     "--passphrase-file", self.passphrase)
        log = open(folder / "server.log", "w")
        self.process = subprocess.Popen([*self.base(), "serve"], stdout=log, stderr=log)
        wait("the login server answers", lambda: self.command("status") is not None)

    def base(self):
        return [self.program, "--config", self.folder / "server.toml", "-O", f"server.data_dir={self.folder}/data",
                "-o", "json"]

    def command(self, *arguments):
        done = subprocess.run([*self.base(), *arguments], capture_output=True, check=True, stdin=subprocess.DEVNULL)
        return json.loads(done.stdout)

    def invite(self, name):
        return self.command("user", "invite", name, "--passphrase-file", self.passphrase)["link"]


class Window:
    """One window with a profile of its own."""

    def __init__(self, programs, profile, shots, environment=None):
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
        before = self.windows()
        log = open(f"{self.profile}.log", "a")
        self.process = subprocess.Popen([self.program, "--profile", self.profile, "--lang", "en"], stdout=log, stderr=log,
                                        env=self.environment)
        self.id = wait("a window opens", lambda: next(iter(self.windows() - before), None))
        subprocess.run(["xdotool", "windowsize", self.id, "1280", "860"], check=True)
        self.front()

    @staticmethod
    def windows():
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "conclave-desktop"],
                               capture_output=True, text=True)
        return set(found.stdout.split())

    def front(self):
        subprocess.run(["xdotool", "windowactivate", "--sync", self.id], check=False, stderr=subprocess.DEVNULL)
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

    def press(self, name, role="push button", exact=True):
        def ready():
            node = self.look(role, name, exact)
            return node if node and node.getState().contains(pyatspi.STATE_ENABLED) else None
        wait(f"{role} {name!r} can be pressed", ready).queryAction().doAction(0)

    def into(self, name):
        """Puts the keyboard into a field, by a click on it."""
        self.front()
        box = self.find("entry", name).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        subprocess.run(["xdotool", "mousemove", str(box.x + min(box.width // 2, 60)), str(box.y + box.height // 2),
                        "click", "1"], check=True)
        time.sleep(0.2)

    def type(self, text, delay=12):
        """Types; the end of a line is the Enter key."""
        subprocess.run(["xdotool", *typing(text, delay)], check=True)

    def key(self, *names):
        self.front()
        subprocess.run(["xdotool", "key", *names], check=True)

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
        subprocess.run(["xdotool", "key", "--delay", "0", key, *typing(text, 5)], check=True)

    def holds(self, name):
        """What stands in the field of that name, if it has the keyboard."""
        def focused(node):
            return plain(node.name) == name and node.getState().contains(pyatspi.STATE_FOCUSED)
        tree = self.tree()
        field = pyatspi.findDescendant(tree, focused) if tree else None
        return field and field.queryText().getText(0, -1)

    def shot(self, name):
        self.front()
        time.sleep(0.5)
        subprocess.run(["import", "-window", self.id, str(self.shots / f"{name}.png")], check=True)


def enrol(window, link, full_name):
    window.press("I have an invite link")
    window.fill("Invite link", link)
    window.key("Return")
    window.says("Compare the fingerprint")
    window.press("They are the same, continue")
    window.find("entry", "Full name")
    window.fill("Full name", full_name)
    window.key("Return")
    window.ready("password text", "New password")
    window.type(PASSWORD)
    window.says("A good password")
    window.key("Return")
    window.find("push button", "Copy the secret")
    secret = wait("the secret", lambda: window.says_secret())
    window.ready("entry", "Six-digit code")
    window.type(code(secret))
    window.find("check box", "I have stored them").queryAction().doAction(0)
    window.press("Continue")
    window.find("entry", "Position")
    window.press("Not now")
    window.press("Open Conclave")
    window.find("push button", "People")
    return secret


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


def nowhere(watch, window):
    """Nothing of what was shown stood in a file of the window's processes, or stands in a folder of its own."""
    found, looks = watch.end()
    found += kept([window.profile, window.own], watch.wanted)
    if found or looks < 10:
        raise SystemExit(f"FAILED: {len(found)} files hold what was opened, in {looks} looks: {found}")
    print(f"    {looks} looks at every open file: nothing", flush=True)


SECRET = re.compile(r"(?:[A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}")


def say_secret(window):
    """The authenticator's secret, as it stands on the page in groups of four."""
    def grouped(node):
        return bool(SECRET.search(said(node)))
    node = pyatspi.findDescendant(window.tree(), grouped)
    return SECRET.search(said(node)).group().replace(" ", "") if node else None


def inside_of(window, name):
    """Waits until the keyboard is inside a dialog: a person sees it open before typing."""
    def focused():
        dialog = window.look("dialog", name, exact=False)
        return dialog and pyatspi.findDescendant(
            dialog, lambda node: node.getState().contains(pyatspi.STATE_FOCUSED))
    wait(f"the keyboard is in {name!r}", focused)


def said(node):
    try:
        return plain(f"{node.name or ''} {node.queryText().getText(0, -1)}")
    except NotImplementedError:
        return plain(node.name)


def plain(text):
    """Without the marks that keep writing directions apart."""
    return (text or "").replace("\u2068", "").replace("\u2069", "")


Window.says_secret = say_secret


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, width, height, rows):
    """A PNG picture of rows of red, green and blue."""
    data = b"".join(b"\0" + bytes(row) for row in rows)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def picture(path, width=640, height=400):
    """Evening sky over water, and a strip that is like no other picture; a piece of its rows, in the orders of memory."""
    chance, rows = random.Random(7), []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            sky = y < height * 2 // 3
            near = (x - 430) ** 2 + (y - 120) ** 2 < 1_300
            row += bytes((255, 244, 214) if near else (236 - y // 4, 196 - y // 8, 168 + y // 8) if sky else (28, 62 + y // 16, 84))
        if y >= height - 4:
            row = bytearray(chance.randbytes(3 * width))
        rows.append(row)
    write_png(path, width, height, rows)
    points = [bytes(rows[-2][at:at + 3]) for at in range(600, 648, 3)]
    return [b"".join(points), b"".join(point + b"\xff" for point in points),
            b"".join(point[::-1] + b"\xff" for point in points)]


def document(path, pages=3):
    """A PDF of some pages with a heading each."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", None, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>"]
    kids = []
    for number in range(1, pages + 1):
        text = f"BT /F1 28 Tf 60 740 Td (Fourth quarter, page {number}) Tj ET 0.07 0.37 0.47 rg 60 700 360 6 re f"
        objects.append(f"<< /Length {len(text)} >>\nstream\n{text}\nendstream")
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
                       "/Resources << /Font << /F1 3 0 R >> >> >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {pages} >>"
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    path.write_bytes(body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} "
                     f"/Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n".encode())


def film(path):
    """A minute of red and a minute of blue, with noise to be heard: where it stands can be seen from outside."""
    colours = []
    for colour in ("red", "blue"):
        colours += ["videotestsrc", f"pattern={colour}", "num-buffers=600", "!",
                    "video/x-raw,width=320,height=180,framerate=10/1", "!", "together."]
    subprocess.run(["gst-launch-1.0", "-q", "concat", "name=together", "!", "vp8enc", "deadline=1", "keyframe-max-dist=10",
                    "!", "webmmux", "name=file", "!", "filesink", f"location={path}", *colours,
                    "audiotestsrc", "wave=white-noise", "volume=0.1", "num-buffers=5170", "!",
                    "audio/x-raw,rate=44100,channels=1", "!", "vorbisenc", "!", "file."], check=True)


def spoilt(path, of):
    """A sound of a kind that nothing here can play."""
    data = bytearray(of.read_bytes())
    data[20:22] = b"\x34\x12"
    path.write_bytes(data)


def sound(path):
    """A minute of noise: larger files wait for an answer."""
    subprocess.run(["gst-launch-1.0", "-q", "audiotestsrc", "wave=white-noise", "volume=0.1", "num-buffers=2590", "!",
                    "audio/x-raw,format=S16LE,rate=44100,channels=1", "!", "wavenc", "!", "filesink", f"location={path}"],
                   check=True)


def send_file(window, path, caption):
    """Through the system's own dialog, as a person does it."""
    pressed = [0.0]

    def dialogs():
        # A key that came before the window was in front is lost; a person presses it again.
        if time.time() - pressed[0] > 15:
            window.key("ctrl+u")
            pressed[0] = time.time()
        return subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "zenity"],
                              capture_output=True, text=True).stdout.split()
    dialog = wait("the system asks for a file", dialogs)
    subprocess.run(["xdotool", "windowactivate", "--sync", dialog[0]], check=True)
    time.sleep(1)
    window.type("/")
    time.sleep(1)
    subprocess.run(["xdotool", "key", "ctrl+a"], check=True)
    window.type(str(path))
    subprocess.run(["xdotool", "key", "Return"], check=True)
    window.find("entry", "Add a caption")
    window.into("Add a caption")
    window.type(caption)
    window.key("Return")


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


def main():
    programs, shots = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        server, system = Server(programs, folder / "server"), Bus()
        notices, sleep = Desktop("notices"), Desktop("sleep", system.environment())
        outside = Outside(folder)
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": system.address}
        ana, bob = (Window(programs, folder / name, shots, {**environment, **outside.environment}) for name in ("ana", "bob"))
        carla = Window(programs, folder / "carla", shots, environment)
        try:
            run(server, ana, bob, folder)
            hurried(ana, bob)
            other_phone(server, ana)
            around(ana, bob, notices, sleep)
            hostile(programs, server, bob, folder)
            shared(ana, bob, folder, outside, sys.modules[__name__])
            ana.close()
            bob.close()
            doors.first_run(sys.modules[__name__], server, carla, folder)
            doors.settings(sys.modules[__name__], carla, "carla.meyer")
        finally:
            for desktop in (notices, sleep, outside.files):
                desktop.process.kill()
            system.close()
            for window in (ana, bob, carla):
                if window.process and window.process.poll() is None:
                    window.kill()
            server.process.terminate()
            server.process.wait()
    print("the window does what a person asks", flush=True)


def run(server, ana, bob, folder):
    step("two people enrol")
    ana.start()
    enrol(ana, server.invite("ana.ruiz"), "Ana Ruiz")
    bob.start()
    bob.find("push button", "I have an invite link")
    bob.shot("first-run")
    enrol(bob, server.invite("bob.unal"), "Bob Unal")

    step("they find each other and write")
    ana.front()
    ana.press("People")
    ana.find("list item", "Bob Unal", exact=False).queryAction().doAction(0)
    ana.find("entry", "Message to Bob Unal")
    ana.fill("Message to Bob Unal", "Could you look at clause 7 before we meet the lenders?")
    ana.key("Return")
    bob.front()
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    bob.says("Could you look at clause 7")
    bob.fill("Message to Ana Ruiz", "Read it on the train. Clause 7 is fine.")
    bob.key("Return")
    ana.says("Read it on the train")

    step("five hundred keys at 5 ms lose none")
    long = LONG[:500]
    ana.into("Message to Bob Unal")
    ana.type(long, delay=5)
    wait("every key is there", lambda: ana.text_of("entry", "Message to Bob Unal").strip() == long.strip(), 20)
    ana.key("Return")
    bob.says(long[-40:])
    ana.shot("chat")

    step("a picture and a document arrive and are looked at; nothing opened reaches the disk")
    pieces = picture(folder / "terrace.png") + marks((folder / "terrace.png").read_bytes())
    document(folder / "Board pack Q4.pdf")
    pieces += marks((folder / "Board pack Q4.pdf").read_bytes())
    watch = Watch(bob.process.pid, pieces)
    send_file(ana, folder / "terrace.png", "From the terrace")
    bob.find("push button", "Open the picture terrace.png").queryAction().doAction(0)
    bob.find("image", "terrace.png")
    bob.shot("picture")
    bob.key("Escape")
    send_file(ana, folder / "Board pack Q4.pdf", "For Thursday")
    bob.find("push button", "Open the document Board pack Q4.pdf").queryAction().doAction(0)
    bob.find("image", "Board pack Q4.pdf, Page 1 of 3")
    bob.press("Next page")
    bob.find("image", "Board pack Q4.pdf, Page 2 of 3")
    bob.shot("document")
    bob.key("Escape")
    bob.shot("chat-files")
    nowhere(watch, bob)

    step("a film is sought in and a sound plays, on a busy machine; nothing opened reaches the disk")
    film(folder / "Site visit.webm")
    sound(folder / "Minutes.wav")
    watch = Watch(bob.process.pid, [piece for name in ("Site visit.webm", "Minutes.wav")
                                    for piece in marks((folder / name).read_bytes())])
    send_file(ana, folder / "Site visit.webm", "The site today")
    with busy():
        bob.press("Play the video")
        shows = lambda colour: wait(f"the film shows {colour}", lambda: colour_of(bob, "video", "Site visit.webm") == colour)
        shows("red")
        skip(bob, "video", "Site visit.webm", "Skip Forward 15 Seconds", 5)
        shows("blue")
        bob.shot("film")
        skip(bob, "video", "Site visit.webm", "Skip Back 15 Seconds", 5)
        shows("red")
        send_file(ana, folder / "Minutes.wav", "The minutes")
        offer(bob, "Play").queryAction().doAction(0)
        heard = wait("the sound plays", lambda: max(elapsed(bob, "audio", "Minutes.wav") - 6, 0)) + 6
        wait("the sound goes on", lambda: elapsed(bob, "audio", "Minutes.wav") > heard)
        bob.shot("sound")
    nowhere(watch, bob)

    step("a sound that cannot be played is said to be one, and may be tried again")
    spoilt(folder / "Spoilt.wav", folder / "Minutes.wav")
    send_file(ana, folder / "Spoilt.wav", "The other one")
    offer(bob, "Play", newest=True).queryAction().doAction(0)
    bob.says("It could not be played here")
    bob.press("Try again")
    bob.says("It could not be played here")

    step("the safety number is compared")
    ana.press("Details", role="toggle button")
    ana.press("Show safety number")
    ana.find("dialog", "Verify", exact=False)
    ana.shot("safety")
    ana.press("They match")
    ana.says("Safety number compared by you")
    ana.shot("details")

    step("a lock, and the password leads back")
    ana.key("ctrl+l")
    ana.ready("password text", "Password")
    ana.shot("lock")
    ana.type("not the password")
    ana.key("Return")
    ana.says("Wrong password")
    ana.shot("lock-refused")
    ana.front()
    ana.find("password text", "Password").queryComponent().grabFocus()
    ana.key("ctrl+a")
    ana.type(PASSWORD)
    ana.key("Return")
    ana.find("push button", "Chats", exact=False)

    step("killed, and everything is there again")
    ana.kill()
    ana.start()
    ana.ready("password text", "Password")
    ana.type(PASSWORD)
    ana.key("Return")
    ana.says("Bob Unal")
    ana.shot("back")

    step("nothing that a peer writes runs")
    bob.fill("Message to Ana Ruiz", "<img src=x onerror=alert(1)><script>document.title='owned'</script>")
    bob.key("Return")
    bob.says("<img src=x onerror=alert(1)>")
    title = subprocess.run(["xdotool", "getwindowname", bob.id], capture_output=True, text=True).stdout
    if "Conclave" not in title:
        raise SystemExit(f"FAILED: the title is {title!r}")
    bob.shot("inert")

    step("keys alone: switcher, sheet, settings")
    bob.key("ctrl+k")
    inside_of(bob, "Quick switcher")
    bob.type("key")
    bob.shot("switcher")
    bob.key("Return")
    bob.find("dialog", "Keyboard shortcuts", exact=False)
    bob.shot("keys")
    bob.key("Escape")
    wait("the sheet is gone", lambda: not bob.look("dialog", "Keyboard shortcuts", exact=False))
    bob.key("ctrl+comma")
    bob.says("Profile")
    bob.shot("settings")


RUSHED = "thirty letters typed at once 30"


def hurried(ana, bob):
    """Keys that come before the field they belong to."""
    step("what is typed right after a shortcut reaches the field it opens, and no other, on a busy machine")
    composer = "Message to Bob Unal"
    empty = lambda: ana.text_of("entry", composer).strip() == ""
    bob.front()
    bob.press("People")
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    bob.find("entry", "Message to Ana Ruiz")
    ana.front()
    ana.press("People")
    ana.find("list item", "Bob Unal", exact=False).queryAction().doAction(0)
    with busy():
        for key, name in (("ctrl+k", "A name or a command"), ("ctrl+f", "Search your messages"),
                          ("ctrl+shift+f", "Search your messages")):
            ana.into(composer)
            # The Enter at the end would send what reached the composer.
            ana.rush(key, RUSHED + "\n")
            wait(f"all of it after {key}", lambda: ana.holds(name) == RUSHED)
            ana.key("Escape")
            wait(f"nothing of it in the composer after {key}", empty)
        ana.press("Chats", exact=False)
        ana.into(composer)
        ana.rush("ctrl+n", RUSHED + "\n")
        wait("all of it after ctrl+n", lambda: ana.holds("Find someone") == RUSHED)
        wait("nothing of it in the composer", empty)
        ana.key("ctrl+a", "BackSpace")
        ana.rush("ctrl+m", RUSHED)
        wait("all of it in the composer", lambda: ana.holds(composer) == RUSHED)
        ana.key("ctrl+a", "BackSpace")
        wait("the composer is empty again", empty)
        ana.rush("ctrl+comma", RUSHED + "\n")
        ana.says("Only colleagues see it")
        ana.key("ctrl+m")
        wait("nothing of it in the composer after ctrl+comma", lambda: ana.holds(composer) == "")
        # A name, and at once what is for them, from a page without a composer.
        ana.key("ctrl+comma")
        ana.says("Only colleagues see it")
        ana.rush("ctrl+k", "bob unal\nHurried, but for Bob.\n")
        bob.says("Hurried, but for Bob.")
        ana.into(composer)
        ana.rush("ctrl+l", PASSWORD + "\n")
        ana.find("push button", "Chats", exact=False)
    ana.press("Chats", exact=False)
    ana.find("list item", "Bob Unal", exact=False).queryAction().doAction(0)
    wait("nothing of the password in the composer", empty)
    ana.fill(composer, "All of it was typed")
    ana.key("Return")
    bob.says("All of it was typed")
    for words in (RUSHED, PASSWORD):
        if any(pyatspi.findDescendant(one.tree(), lambda node: words in said(node)) for one in (ana, bob)):
            raise SystemExit(f"FAILED: {words!r} was sent")

    step("a short code becomes its emoji while the keys go on")
    ana.into(composer)
    ana.type("Well done :clap: and :sparkles: to all", delay=5)
    wait("both are emoji", lambda: ana.text_of("entry", composer).strip() == "Well done \U0001F44F and \u2728 to all")
    ana.key("Return")
    bob.says("Well done \U0001F44F and \u2728 to all")


def other_phone(server, ana):
    """The phone is lost; an administrator's code and the password put another in its place."""
    step("another phone by the code of an administrator")
    given = server.command("user", "totp-reset", "ana.ruiz", "--reason", "lost phone", "--yes",
                           "--passphrase-file", server.passphrase)
    ana.says("Your session has ended")
    ana.press("Sign in")
    ana.ready("password text", "Password")
    ana.type(PASSWORD + "\n")
    ana.find("entry", "Six-digit code")
    ana.press("I have a code for a new phone")
    ana.ready("entry", "Code from your administrator")
    ana.type("7QK2-M9XD-4TRA-HH3P-WZ8C\n")
    ana.says("User name, password or code is wrong")
    ana.shot("phone-refused")
    ana.into("Code from your administrator")
    ana.key("ctrl+a")
    ana.type(given["code"] + "\n")
    ana.find("push button", "Copy the secret")
    secret = wait("the secret", ana.says_secret)
    ana.ready("entry", "Six-digit code")
    ana.shot("phone")
    ana.type("000000" if code(secret) != "000000" else "000001")
    ana.says("User name, password or code is wrong")
    ana.ready("entry", "Six-digit code")
    ana.type(code(secret))
    ana.says("These codes come with it")
    ana.shot("phone-codes")
    ana.find("check box", "I have stored them").queryAction().doAction(0)
    ana.press("Continue")
    ana.press("Chats", exact=False)
    listed = server.command("user", "show", "ana.ruiz")
    if listed["recovery_codes_left"] != 10:
        raise SystemExit(f"FAILED: the server says {listed}")


def around(ana, bob, notices, sleep):
    """The desktop around the windows: notices, one window per profile, sleep, and what lasts."""
    step("a notice hides the content, leads to the conversation, and goes when it is read")
    wait("the desktop is ready", lambda: notices.told and sleep.told)
    bob.front()
    bob.press("Chats", exact=False)
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    before = len(notices.told)
    bob.fill("Message to Ana Ruiz", "The price is 41 million")
    bob.key("Return")
    told = wait("a notice", lambda: next((one for one in notices.told[before:] if "title" in one), None))
    if (told["title"], told["body"]) != ("Bob Unal", "New message"):
        raise SystemExit(f"FAILED: the notice says {told}")
    notices.order(f"act {told['id']} default")
    ana.says("The price is 41 million")
    ana.front()
    wait("the notice is taken back", lambda: {"closed": told["id"]} in notices.told)

    step("a second start shows the window that is there")
    if bob.again() != 0:
        raise SystemExit("FAILED: the second start did not end well")
    wait("Bob's window is in front", lambda: subprocess.run(["xdotool", "getactivewindow"], capture_output=True,
                                                            text=True).stdout.strip() == bob.id)

    step("the messages close before the computer sleeps")
    wait("the sleep waits for the window", lambda: {"inhibits": "sleep", "mode": "delay"} in sleep.told)
    sleep.order("sleep")
    bob.ready("password text", "Password")
    bob.type(PASSWORD)
    bob.key("Return")
    bob.find("push button", "Chats", exact=False)

    step("what was chosen is there after the next start")
    bob.key("ctrl+comma")
    bob.press("Appearance")
    bob.press("Dark", role="radio button")
    bob.shot("dark")
    bob.press("Notifications")
    bob.press("Who and what", role="radio button")
    bob.kill()
    bob.start()
    bob.ready("password text", "Password")
    bob.shot("dark-door")
    kept = (bob.profile / "window.conf").read_text()
    if "theme=dark" not in kept:
        raise SystemExit(f"FAILED: window.conf says {kept!r}")
    bob.type(PASSWORD)
    bob.key("Return")
    bob.find("push button", "Chats", exact=False)
    bob.key("ctrl+comma")
    bob.press("Notifications")
    wait("the choice is there", lambda: bob.look("radio button", "Who and what").getState().contains(pyatspi.STATE_CHECKED))


def inside(window, role, name):
    """A control that a long name pushes out of the window cannot be pressed."""
    box = window.find(role, name).queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    size = window.tree()[0].queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    if box.x < 0 or box.x + box.width > size.width:
        raise SystemExit(f"FAILED: {name!r} at {box.x} to {box.x + box.width} of {size.width}")


def hostile(programs, server, bob, folder):
    """A colleague who sends what no window would send."""
    step("two hundred hostile payloads: nothing runs, nothing is fetched, nothing freezes")
    trap = Trap()
    corpus = json.loads((pathlib.Path(__file__).parent.parent / "tests/hostile/payloads.json").read_text())
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
    title = subprocess.run(["xdotool", "getwindowname", bob.id], capture_output=True, text=True).stdout
    if "Conclave" not in title or trap.came:
        raise SystemExit(f"FAILED: title {title!r}, {trap.came} visitors of the trap")


if __name__ == "__main__":
    main()

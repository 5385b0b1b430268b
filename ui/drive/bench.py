#!/usr/bin/python3
"""Measures the real window, and beside it bare windows of the same web view and of a browser, where they are installed.

    drive/bench.py PROGRAMS [MESSAGES]

`./x bench ui` runs it under Xvfb, openbox and a session bus of its own. What is painted and how long frames are is taken on
the page itself by `pace`, which is the window with one hook more; no accessibility tree is in use. Memory is the proportional
share (PSS) of the program and of everything it started.
"""

import json
import multiprocessing
import os
import pathlib
import queue
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from beside import Colleague, family
from enrol import PASSWORD
from server import Server

PEOPLE = 6  # conversations to switch between
FEW = 120  # messages of the other conversations: more than a page
STARTS = 3
SETTLE = 5  # seconds after which memory is read
PATIENCE = 600  # seconds for one part
LOOP, PAUSE = 20, 0.005  # seconds that the machine is watched, and that a loop may stand still unsaid
BARE = """
import gi, sys
gi.require_version('Gtk', '3.0'); gi.require_version('WebKit2', '4.1')
from gi.repository import GLib, Gtk, WebKit2
shell, view = Gtk.Window(default_width=1240, default_height=820), WebKit2.WebView()
def loaded(view, state):
    if state == WebKit2.LoadEvent.FINISHED:
        print('loaded', flush=True)
view.connect('load-changed', loaded)
view.load_html('<p>nothing</p>', None); shell.add(view); shell.show_all(); Gtk.main()
"""


def memory(pid):
    """PSS of a family in MiB, by program."""
    shares = {}
    for one in family(pid):
        try:
            lines = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            name = pathlib.Path(f"/proc/{one}/comm").read_text().strip()
        except OSError:
            continue
        kib = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
        shares[name] = shares.get(name, 0) + kib / 1024
    return shares


def say(what, figure):
    print(f"{what:<64} {figure}", flush=True)


def held(what, pid):
    """Says what a family holds in memory, and returns it."""
    time.sleep(SETTLE)
    found = memory(pid)
    parts = ", ".join(f"{name} {mib:.0f}" for name, mib in sorted(found.items(), key=lambda one: -one[1]))
    say(f"memory (PSS), {what}", f"{sum(found.values()):.0f} MiB ({parts})")
    return sum(found.values())


def installed(programs, folder):
    """A folder with the program that people start, and the window that measures itself beside it."""
    folder.mkdir()
    shutil.copy(programs / "conclave-desktop", folder)
    shutil.copy(programs / "examples" / "pace", folder / "conclave-window")
    return folder / "conclave-desktop"


class Pace:
    """The window that measures itself: one line of figures for each line that it is given."""

    def __init__(self, program, profile):
        self.began = time.time()
        log = open(f"{profile}.pace.log", "a")
        self.process = subprocess.Popen([program, profile], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=log, text=True)
        self.told = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.told.put((time.time(), line))
        self.told.put((time.time(), ""))

    def next(self, line=""):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        at, told = self.told.get(timeout=PATIENCE)
        figures = json.loads(told or '{"fault": "it went away"}')
        if "fault" in figures:
            raise SystemExit(f"FAILED: the window does not measure itself: {figures['fault']}")
        return at, figures

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def fill(programs, profile, owner, name, messages):
    """So long a history with somebody: one message is sent, and the others are laid behind it while nobody has the profile."""
    owner.call("message.send", to=f"@{name}", text="The first one.")
    people = owner.call("contact.list")["contacts"]
    user = next(person["user"] for person in people if person["name"] == name)
    return lambda: subprocess.run([programs / "examples" / "past", profile, user, str(messages)], input=f"{PASSWORD}\n",
                                  text=True, check=True)


def spread(figures):
    return (f"median {figures['median']:.0f} ms, p95 {figures['p95']:.0f}, p99 {figures['p99']:.0f}, "
            f"slowest {figures['slowest']:.0f} of {figures['count']}; over 50 ms: {figures['over50']}")


def pauses():
    """What the machine takes by itself: plain loops on all processors at once, and how long each stood still."""
    with multiprocessing.Pool(len(os.sched_getaffinity(0))) as loops:
        found = [pause for one in loops.map(loop, sorted(os.sched_getaffinity(0)), chunksize=1) for pause in one]
    say(f"the machine by itself, all processors busy for {LOOP} s", f"{len(found)} pauses over {PAUSE * 1000:.0f} ms, "
        f"the longest {max(found, default=0) * 1000:.0f}")


def loop(processor):
    os.sched_setaffinity(0, {processor})
    found, last = [], time.monotonic()
    end = last + LOOP
    while last < end:
        now = time.monotonic()
        if now - last > PAUSE:
            found.append(now - last)
        last = now
    return found


def bare(name, command, loads=False):
    """Memory of a bare window; and when it was loaded, for one that says so."""
    began = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if loads and process.stdout.readline():
        say(f"start of {name}, until loaded", f"{(time.time() - began) * 1000:.0f} ms")
    mib = held(name, process.pid)
    if process.poll() is None:
        process.terminate()
        process.wait()
        return mib
    say(f"{name}", "not measured: it does not stay here")
    return None


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    messages = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        server = Server(programs, folder / "server")
        try:
            names = [f"person-{number}" for number in range(PEOPLE)]
            for name in names:
                Colleague(programs, folder / name, server.invite(name), name, PASSWORD).close()
            owner = Colleague(programs, folder / "owner", server.invite("owner"), "Owner", PASSWORD)
            began = time.time()
            fillings = [fill(programs, folder / "owner", owner, name, messages if name == names[0] else FEW) for name in names]
            owner.close()
            newcomer = Colleague(programs, folder / "newcomer", server.invite("newcomer"), "Newcomer", PASSWORD)
            newcomer.call("message.send", to=f"@{names[0]}", text="The first one.")
            newcomer.close()
            for laid in fillings:
                laid()
            say(f"history laid, messages: {messages}", f"{time.time() - began:.0f} s")
            ours = measure(installed(programs, folder / "installed"), folder / "owner", folder / "newcomer")
        finally:
            server.process.terminate()
            server.process.wait()
    pauses()
    windows = [bare("a bare WebKitGTK window", ["/usr/bin/python3", "-c", BARE], loads=True) for _ in range(STARTS)]
    webview = statistics.median(windows) if all(windows) else None
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    chromium = None
    if browser:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            chromium = bare("Chromium --app, a bare page",
                            [browser, "--no-sandbox", f"--user-data-dir={profile}", "--app=data:text/html,x"])
    else:
        say("memory (PSS), Chromium --app", "not measured: none is installed")
    for name, theirs in (("a bare WebKitGTK window (median)", webview), ("Chromium --app", chromium)):
        if theirs:
            say(f"memory of the list to {name}", " ".join(f"{mib / theirs:.2f} ×" for mib in ours))


def start(program, profile):
    """One start up to the painted list: the window, and the times to the door, to the open vault and to the list."""
    time.sleep(SETTLE)  # what ran before is gone
    pace = Pace(program, profile)
    try:
        at, _ = pace.next(PASSWORD)
        _, figures = pace.next()
    except BaseException:
        pace.close()
        raise
    return pace, ((at - pace.began) * 1000, figures["opened"], figures["list"]["took"])


def opening(program, profile):
    """The medians of several starts, and the window of the last one."""
    times = []
    for _ in range(STARTS - 1):
        pace, took = start(program, profile)
        pace.close()
        times.append(took)
    pace, took = start(program, profile)
    return pace, [statistics.median(one) for one in zip(*times, took)]


def measure(program, profile, newcomer):
    """The figures of the window; returns its memory with the list shown, and at the end."""
    pace, (_, _, alone) = opening(program, newcomer)
    pace.close()
    pace, (door, vault, listed) = opening(program, profile)
    try:
        say("start to the painted password field (median of starts)", f"{door:.0f} ms")
        say("password to the painted list (median of starts)", f"{listed:.0f} ms")
        say("  of that until the vault is open: Argon2id and the store", f"{vault:.0f} ms")
        say("  the same of a profile with one message", f"{alone:.0f} ms, {listed / alone:.2f} ×")
        shown = held("the list shown", pace.process.pid)
        _, figures = pace.next()
        say("conversation switch, the first", f"{figures['first']:.0f} ms")
        say("conversation switch, the others (bar: 50 ms)", spread(figures))
        _, figures = pace.next()
        say("  of a switch, by parts", "call {call:.0f} ms, wait {wait:.0f}, edits {edits:.0f}, layout {layout:.0f}, "
            "until painted {paint:.0f}".format(**figures))
        say("  what is drawn", "{batches} batches, {bytes} bytes, {nodes} elements of the messages".format(**figures))
        _, figures = pace.next()
        say("frames while scrolling up (bar: none over 50 ms)", spread(figures))
        up = figures["oldest"]
        _, figures = pace.next()
        say("frames while scrolling down again", spread(figures))
        say("  from the newest message up to, down to, shown at once", f"{up}, {figures['newest']}, {figures['shown']}")
        if not figures["newest"] > up + figures["shown"]:
            raise SystemExit("FAILED: the messages do not move")
        return shown, held("far up in the history", pace.process.pid)
    finally:
        pace.close()


if __name__ == "__main__":
    main()

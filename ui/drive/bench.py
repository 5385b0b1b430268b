#!/usr/bin/python3
"""Measures the real window, and beside it bare windows of the same web view and of a browser, where they are installed.

    drive/bench.py PROGRAMS [MESSAGES]

`./x bench ui` runs it under Xvfb, openbox and a session bus of its own. Times are taken from outside, when the accessibility
tree shows what a person waits for: to them belongs what that tree costs. Memory is the proportional share (PSS) of the
program and of everything it started.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import pyatspi

import window
from beside import Colleague, family
from window import PASSWORD, Server, Window, wait

PEOPLE = 6  # conversations to switch between
SWITCHES = 30
PAGES = 40  # of a hundred messages, upwards
OUTSTANDING = 48  # calls on their way at once: the engine takes 64
SETTLE = 5  # seconds after which memory is read
BARE = """
import gi
gi.require_version('Gtk', '3.0'); gi.require_version('WebKit2', '4.1')
from gi.repository import Gtk, WebKit2
shell, view = Gtk.Window(default_width=1240, default_height=820), WebKit2.WebView()
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
    print(f"{what:<58} {figure}", flush=True)


def shares(pid):
    found = memory(pid)
    parts = ", ".join(f"{name} {mib:.0f}" for name, mib in sorted(found.items(), key=lambda one: -one[1]))
    return f"{sum(found.values()):.0f} MiB ({parts})"


def spread(seconds):
    ordered = sorted(seconds)
    return f"median {statistics.median(ordered) * 1000:.0f} ms, slowest {ordered[-1] * 1000:.0f} ms of {len(ordered)}"


def fill(owner, name, messages):
    """So many messages to somebody, as many at once as the engine takes."""
    began, waiting = time.time(), 0
    for number in range(messages):
        owner.number += 1
        line = {"jsonrpc": "2.0", "id": owner.number, "method": "message.send",
                "params": {"to": f"@{name}", "text": f"Message {number}: the board meets on the nineteenth in Lyon."}}
        owner.process.stdin.write(json.dumps(line) + "\n")
        owner.process.stdin.flush()
        waiting += 1
        while waiting >= OUTSTANDING:
            owner.answers.get(timeout=60)
            waiting -= 1
    for _ in range(waiting):
        owner.answers.get(timeout=60)
    say(f"history written, messages: {messages}", f"{time.time() - began:.0f} s")


def bare(name, command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(SETTLE)
    if process.poll() is None:
        say(f"memory of {name}", shares(process.pid))
        process.terminate()
        process.wait()
    else:
        say(f"memory of {name}", "not measured: it does not start here")


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    messages = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        server = Server(programs, folder / "server")
        view = Window(programs, folder / "owner", folder)
        try:
            names = [f"person-{number}" for number in range(PEOPLE)]
            for name in names:
                Colleague(programs, folder / name, server.invite(name), name, PASSWORD).close()
            owner = Colleague(programs, folder / "owner", server.invite("owner"), "Owner", PASSWORD)
            for name in names:
                fill(owner, name, messages if name == names[0] else 120)
            owner.close()
            measure(view, names)
        finally:
            if view.process and view.process.poll() is None:
                view.kill()
            server.process.terminate()
            server.process.wait()
    bare("a bare WebKitGTK window", ["/usr/bin/python3", "-c", BARE])
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser:
        with tempfile.TemporaryDirectory() as profile:
            bare("a browser's bare window", [browser, "--no-sandbox", f"--user-data-dir={profile}", "--app=data:text/html,x"])
    else:
        say("memory of a browser's bare window", "not measured: none is installed")


def measure(view, names):
    began = time.time()
    view.start()
    view.ready("password text", "Password")
    say("start to the password field", f"{(time.time() - began) * 1000:.0f} ms")
    view.type(PASSWORD)
    began = time.time()
    view.key("Return")
    view.find("list item", names[0], exact=False)
    say("password to the list", f"{(time.time() - began) * 1000:.0f} ms")
    time.sleep(SETTLE)
    say("memory, list shown", shares(view.process.pid))
    took = []
    for number in range(SWITCHES):
        name = names[number % len(names)]
        item = view.find("list item", name, exact=False)
        began = time.time()
        item.queryAction().doAction(0)
        view.find("entry", f"Message to {name}")
        took.append(time.time() - began)
    say("conversation switch", spread(took))
    view.find("list item", names[0], exact=False).queryAction().doAction(0)
    view.find("entry", f"Message to {names[0]}")
    took = []
    for _ in range(PAGES):
        before = oldest(view)
        began = time.time()
        view.press("Show earlier messages")
        wait("older messages", lambda: oldest(view) not in (None, before))
        took.append(time.time() - began)
    say("a page of a hundred older messages", spread(took))
    say("memory, far up in the history", shares(view.process.pid))


def oldest(view):
    """The first message on the page."""
    node = pyatspi.findDescendant(view.tree(), lambda node: "Message " in window.said(node) and "board" in window.said(node))
    return window.said(node) if node else None


if __name__ == "__main__":
    main()

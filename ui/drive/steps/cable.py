"""A cable that is pulled while its address stays: what is said, what waits, and that all of it goes when it is back."""

import os
import subprocess

from app import Window
from beside import Colleague
from enrol import PASSWORD, enrol
from patience import step, wait
from server import Server

DESK = "conclave-desk"  # the network of the window
HERE, THERE = "10.77.0.1", "10.77.0.2"
NOTICED = 120  # seconds: a silent line is told from a slow one


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def lay():
    """A cable from the server to the window's network, which holds nothing else."""
    ip("netns", "add", DESK)
    ip("link", "add", "plug", "type", "veth", "peer", "name", "socket", "netns", DESK)
    ip("address", "add", f"{HERE}/24", "dev", "plug")
    ip("link", "set", "plug", "up")
    for words in (("address", "add", f"{THERE}/24", "dev", "socket"), ("link", "set", "socket", "up"), ("link", "set", "lo", "up")):
        ip("-n", DESK, *words)


def texts(colleague, name):
    return [message["text"] for message in colleague.call("message.list", conversation=f"@{name}", limit=10)["messages"]]


def run(programs, folder, shots):
    if os.environ.get("CONCLAVE_OWN_SPACE") != "1":
        print("  a pulled cable: not driven, networks take root", flush=True)
        return
    lay()
    server = Server(programs, folder / "far", f"/ip4/{HERE}/tcp/0")
    window = Window(programs, folder / "finn", shots, through=("ip", "netns", "exec", DESK))
    colleague = None
    try:
        step("a pulled cable is told as one, what is written waits, and goes when it is back")
        colleague = Colleague(programs, folder / "gina", server.invite("gina.moss"), "Gina Moss", PASSWORD)
        window.start()
        enrol(window, server.invite("finn.berg"), "Finn Berg")
        window.press("People")
        window.find("list item", "Gina Moss", exact=False).queryAction().doAction(0)
        field = "Message to Gina Moss"
        window.fill(field, "Before the cable was pulled")
        window.key("Return")
        wait("the first text comes", lambda: "Before the cable was pulled" in texts(colleague, "finn.berg"))
        ip("link", "set", "plug", "down")
        window.says("You're offline", NOTICED)
        window.fill(field, "Written without a network")
        window.key("Return")
        window.says("Written without a network")
        window.says("this computer has no network")
        window.shot("cable-pulled")
        ip("link", "set", "plug", "up")
        wait("what waited comes", lambda: "Written without a network" in texts(colleague, "finn.berg"), NOTICED)
        window.silent("You're offline")
        window.shot("cable-back")
    finally:
        if window.process and window.process.poll() is None:
            window.kill()
        if colleague:
            colleague.process.kill()
        server.process.terminate()
        server.process.wait()
        ip("link", "delete", "plug")
        ip("netns", "delete", DESK)

#!/usr/bin/python3
"""Takes the pictures of the README: a real conversation between real programs, light and dark.

    drive/pictures.py PROGRAMS FOLDER

It runs where `window.py` does. The people and what they write are made up.
"""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import pyatspi

from app import Window
from beside import Bus, Colleague
from enrol import PASSWORD, enrol
from patience import wait
from samples import document, write_png
from server import Server
from tree import said

COLLEAGUES = [("bob.unal", "Bob Ünal", "About the lease in Lyon: I think we should sign this week."),
              ("qing.long", "Qing Long", "合同第三条已经更新，请看一下"),
              ("paul.weber", "Paul Weber", "Thank you, signed.")]


def lake(path, width=960, height=540):
    """A lake in the evening, in the colours of the window."""
    chance = random.Random(4)

    def ridge(base, rough):
        line, at, slope = [], base, 0.0
        for _ in range(width):
            slope = 0.94 * slope + chance.uniform(-rough, rough) + (base - at) * 0.002
            at += slope
            line.append(at)
        return line

    far, near = ridge(height * 0.42, 0.22), ridge(height * 0.52, 0.3)
    shore, rows = height * 0.66, []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            mirrored = y if y < shore else 2 * shore - y
            sky = mirrored / shore
            colour = (136 + 96 * sky, 168 + 34 * sky, 184 - 16 * sky)
            if (x - width * 0.66) ** 2 + (mirrored - height * 0.3) ** 2 < 900:
                colour = (255, 242, 216)
            if mirrored > far[x]:
                colour = (124, 152, 168)
            if mirrored > near[x]:
                colour = (70, 104, 122)
            if y >= shore:
                ripple = 0.72 + 0.04 * ((y * 7 + x // 9) % 5 == 0)
                colour = tuple(part * ripple for part in colour)
            row += bytes(int(min(part, 255)) for part in colour)
        rows.append(row)
    write_png(path, width, height, rows)


def main():
    programs, shots = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        server, system = Server(programs, folder / "server"), Bus()
        marc = Window(programs, folder / "marc", shots, {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": system.address})
        people = []
        try:
            marc.start()
            enrol(marc, server.invite("marc.dubois"), "Marc Dubois")
            for name, full_name, text in COLLEAGUES:
                people.append(Colleague(programs, folder / name, server.invite(name), full_name, PASSWORD))
                people[-1].call("message.send", to="@marc.dubois", text=text)
            ana = Colleague(programs, folder / "ana", server.invite("ana.ruiz"), "Ana Ruiz", PASSWORD)
            people.append(ana)
            ana.call("profile.set", fullName="Ana Ruiz", position="General Counsel, Group", location="Madrid, Building B",
                     description="Contracts, governance and the board. For anything urgent, write here.")
            conversation(ana, marc, folder)
        finally:
            for person in people:
                person.close()
            marc.kill()
            system.close()
            server.process.terminate()
            server.process.wait()


def conversation(ana, marc, folder):
    lake(folder / "Terrace.png")
    document(folder / "Board pack Q4.pdf")
    says = lambda text: ana.call("message.send", to="@marc.dubois", text=text)
    marc.press("People")
    marc.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    says("Good morning! Could you look at clause 7 before we meet the lenders?")
    marc.says("Could you look at clause 7")
    answer(marc, "Read it on the train. Clause 7 is fine, the date in 7.2 should be named.")
    ana.call("file.send", to="@marc.dubois", path=str(folder / "Terrace.png"),
             caption="From the terrace of the seminar hotel. I think we have found our venue.")
    marc.find("push button", "Open the picture Terrace.png")
    answer(marc, "That is the one. 👏")
    ana.call("file.send", to="@marc.dubois", path=str(folder / "Board pack Q4.pdf"))
    marc.find("push button", "Open the document Board pack Q4.pdf")
    says("Annex 3: who signs for Suzhou?")
    marc.says("who signs for Suzhou?")
    answer(marc, "Qing does. I ask her today.")
    marc.press("Details", role="toggle button")
    marc.press("Show safety number")
    marc.find("dialog", "Verify", exact=False)
    marc.press("They match")
    marc.says("Safety number compared by you")
    marc.press("Chats", exact=False)
    marc.find("list item", "Ana Ruiz", exact=False)
    rest(marc)
    marc.shot("desktop-light")
    marc.key("ctrl+comma")
    marc.press("Appearance")
    marc.press("Dark", role="radio button")
    marc.press("Chats", exact=False)
    marc.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    marc.find("entry", "Message to Ana Ruiz")
    rest(marc)
    marc.shot("desktop-dark")


def answer(marc, text):
    marc.into("Message to Ana Ruiz")
    marc.type(text)
    marc.key("Return")
    marc.says(text)


def rest(marc):
    """The pointer away, everything delivered and drawn, and no passing word."""
    subprocess.run(["xdotool", "mousemove", "1399", "899"], check=True)
    wait("the passing word has gone", lambda: marc.tree() and not pyatspi.findDescendant(
        marc.tree(), lambda node: "The numbers match." in said(node)))
    time.sleep(2)


if __name__ == "__main__":
    main()

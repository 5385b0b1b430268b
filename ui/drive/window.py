#!/usr/bin/python3
"""Drives the real window as a person would: the accessibility tree finds controls by role and name, real keys type.

`./x test ui` runs it under Xvfb, openbox and a session bus of its own:

    drive/window.py PROGRAMS SHOTS

PROGRAMS holds login-server and conclave-desktop, SHOTS receives a picture of each step. Every step that fails ends the
run with its name; nothing is skipped. Nothing is reached but this computer. What it does stands in `steps/`.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from app import Window
from beside import Bus, Desktop
from patience import pictures_to
from server import Server
from steps import account, around, backup, cable, chat, crash, doors, full, haste, history, hostile, keys, paste, phone, shared


def main():
    programs, shots = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    shots.mkdir(parents=True, exist_ok=True)
    pictures_to(shots)
    if os.environ.get("CONCLAVE_OWN_SPACE") == "1":
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        server, system = Server(programs, folder / "server"), Bus()
        notices, sleep = Desktop("notices"), Desktop("sleep", system.environment())
        outside = shared.Outside(folder)
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": system.address}
        ana, bob = (Window(programs, folder / name, shots, {**environment, **outside.environment}) for name in ("ana", "bob"))
        carla, restored = (Window(programs, folder / name, shots, environment) for name in ("carla", "restored"))
        try:
            chat.run(server, ana, bob, folder)
            haste.run(ana, bob)
            paste.run(ana, "Bob Unal")
            phone.run(server, ana)
            around.run(ana, bob, notices, sleep)
            hostile.run(programs, server, bob, folder)
            keys.run(bob, "Ana Ruiz")
            history.run(programs, server, ana, folder, "ana.ruiz")
            backup.run(bob, restored, folder, "Ana Ruiz", "Read it on the train")
            shared.run(ana, bob, folder, outside)
            crash.run(bob, outside, "Ana Ruiz", "Read it on the train")
            ana.close()
            bob.close()
            doors.first_run(server, carla, folder)
            doors.settings(carla, "carla.meyer")
            account.run(carla, folder, "carla.meyer")
            full.run(programs, server, folder, shots, "ana.ruiz")
            cable.run(programs, folder, shots)
        finally:
            for desktop in (notices, sleep, outside.files):
                desktop.process.kill()
            system.close()
            for window in (ana, bob, carla, restored):
                if window.process and window.process.poll() is None:
                    window.kill()
            server.process.terminate()
            server.process.wait()
    print("the window does what a person asks", flush=True)


if __name__ == "__main__":
    main()

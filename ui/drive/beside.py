"""What stands beside the windows of a run: a colleague without a window, a trap for addresses, and a desktop."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import queue
import socket
import struct
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).parent


def code(secret, at=None):
    """The six digits of an authenticator (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int((at or time.time()) // 30))
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place:place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Colleague:
    """`conclave rpc`: somebody who sends what no window would."""

    def __init__(self, programs, profile, link, name, password):
        log = open(f"{profile}.log", "w")
        self.process = subprocess.Popen([programs / "conclave", "--profile", profile, "rpc"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=log, text=True)
        self.answers, self.number = queue.Queue(), 0
        threading.Thread(target=self.read, daemon=True).start()
        start = self.call("enrol.start", link=link)
        account = self.call("enrol.account", userName=start["userName"], displayName=name, password=password)
        self.call("enrol.confirm", totp=code(account["secret"]))
        self.call("enrol.finish")
        self.call("session.login", password=password, totp=code(account["secret"], time.time() + 30))

    def read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            if "id" in told:
                self.answers.put(told)

    def call(self, method, **params):
        self.number += 1
        line = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        answer = self.answers.get(timeout=60)
        if "error" in answer:
            raise SystemExit(f"FAILED: {method}: {answer['error']}")
        return answer["result"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


def family(pid):
    """A process and everything it started."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
    found, new = {pid}, {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


class Trap:
    """Listens where hostile addresses lead, and counts who comes."""

    def __init__(self, host="127.0.0.1"):
        self.came = 0
        self.socket = socket.create_server((host, 0))
        self.address = f"{host}:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        while True:
            connection, _ = self.socket.accept()
            self.came += 1
            connection.close()


class Desktop:
    """`desktop.py`, with what it wrote down."""

    def __init__(self, kind, environment=None):
        self.told = []
        self.process = subprocess.Popen(["/usr/bin/python3", HERE / "desktop.py", kind], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def order(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


class Bus:
    """A bus of its own that stands for the system's."""

    def __init__(self):
        self.process = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()

    def environment(self):
        return {**os.environ, "DBUS_SESSION_BUS_ADDRESS": self.address}

    def close(self):
        self.process.terminate()
        self.process.wait()


if __name__ == "__main__":
    sys.exit("this is a part of window.py")

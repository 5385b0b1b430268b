"""Looks for bytes that nobody but the person may have: in the files that a window's processes hold open, unlinked ones
too, and in folders. What is in memory alone, a memory file system or a file without one, is not the disk."""

import os
import pathlib
import random
import stat
import tempfile
import threading
import time

from beside import family

MEMORY = {"tmpfs", "ramfs", "devtmpfs", "proc", "sysfs", "cgroup2"}
MOST = 256 << 20  # bytes: no file of a run is larger
SYSTEM = ("/usr/", "/lib/", "/etc/", "/proc/", "/sys/")


def marks(data, count=12, length=40):
    """Pieces of a file that cannot stand anywhere by chance, from its beginning to its end."""
    chance, end = random.Random(len(data)), len(data) - length
    places = sorted(chance.randrange(end) for _ in range(count))
    return [data[place:place + length] for place in places if len(set(data[place:place + length])) > 12]


def in_memory():
    """The devices of file systems that are no disk."""
    found = set()
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        fields, kind = line.split(" - ")[0].split(), line.split(" - ")[1].split()[0]
        major, minor = fields[2].split(":")
        if kind in MEMORY:
            found.add(os.makedev(int(major), int(minor)))
    return found


def opened(pid, wanted, known=None):
    """Names of the disk's files that a process and its children hold open and that have one of the pieces."""
    memory, found, known = in_memory(), [], set() if known is None else known
    for one in family(pid):
        try:
            numbers = os.listdir(f"/proc/{one}/fd")
        except OSError:
            continue
        for number in numbers:
            path = f"/proc/{one}/fd/{number}"
            try:
                name, is_ = os.readlink(path), os.stat(path)
                mark = (is_.st_dev, is_.st_ino, is_.st_size, is_.st_mtime_ns)
                if (not stat.S_ISREG(is_.st_mode) or name.startswith(("/memfd:", *SYSTEM)) or is_.st_dev in memory
                        or is_.st_size > MOST or mark in known):
                    continue
                known.add(mark)
                data = pathlib.Path(path).read_bytes()
            except OSError:
                continue
            if any(piece in data for piece in wanted):
                found.append(f"{name} of {pathlib.Path(f'/proc/{one}/comm').read_text().strip()}")
    return found


def kept(folders, wanted):
    """Names of the files in folders that have one of the pieces."""
    found = []
    for folder in folders:
        for path in pathlib.Path(folder).rglob("*"):
            try:
                if path.is_file() and not path.is_symlink() and path.stat().st_size <= MOST:
                    data = path.read_bytes()
                    found += [str(path)] if any(piece in data for piece in wanted) else []
            except OSError:
                continue
    return found


class Watch:
    """Looks again and again while something is done; `found` says where the pieces were."""

    def __init__(self, pid, wanted):
        with tempfile.TemporaryFile(dir="/var/tmp") as proof:
            proof.write(b"x" * 5000 + wanted[0])
            proof.flush()
            if os.fstat(proof.fileno()).st_dev not in in_memory() and not opened(os.getpid(), wanted):
                raise SystemExit("FAILED: the search does not find what is there")
        self.pid, self.wanted, self.found, self.looks, self.on = pid, wanted, set(), 0, True
        self.known = set()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while self.on:
            self.found.update(opened(self.pid, self.wanted, self.known))
            self.looks += 1
            time.sleep(0.05)

    def end(self):
        """What was found, and how often it was looked."""
        self.on = False
        self.thread.join()
        self.found.update(opened(self.pid, self.wanted))
        return sorted(self.found), self.looks


def nowhere(watch, window):
    """Nothing of what was shown stood in a file of the window's processes, or stands in a folder of its own."""
    found, looks = watch.end()
    found += kept([window.profile, window.own], watch.wanted)
    if found or looks < 10:
        raise SystemExit(f"FAILED: {len(found)} files hold what was opened, in {looks} looks: {found}")
    print(f"    {looks} looks at every open file: nothing", flush=True)

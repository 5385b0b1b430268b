"""The login server of a run."""

import json
import subprocess

from patience import wait

PASSPHRASE = "harbour-violet-anchor-2207"


class Server:
    """A login server as an administrator runs it."""

    def __init__(self, programs, folder, listen="/ip4/127.0.0.1/tcp/0"):
        self.program, self.folder = programs / "login-server", folder
        folder.mkdir()
        self.passphrase = folder / "passphrase"
        self.passphrase.touch(0o600)
        self.passphrase.write_text(PASSPHRASE)
        self.command("init", "--org", "Verdane Group", "--listen", listen, "--unattended",
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

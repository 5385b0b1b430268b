"""The account's page: everything to a file that anybody can read, and everything off this computer."""

import json
import stat

from dialog import answer
from enrol import PASSWORD
from patience import step, wait


def run(window, folder, name):
    """`name` is the user name of the person at the window, who is alone with it afterwards: nothing is left there."""
    data = folder / "my-data.json"
    step("everything of the account is written to a file, by the password")
    window.front()
    window.key("ctrl+comma")
    window.press("Account")
    window.press("Export…")
    window.ready("push button", "Cancel")
    window.shot("export")
    into(window, "Password")
    window.type("not the password\n")
    answer(window, data)
    window.says("Wrong password. Nothing was written.")
    if data.exists():
        raise SystemExit("FAILED: something was written without the password")
    into(window, "Password")
    window.key("ctrl+a")
    window.type(PASSWORD + "\n")
    answer(window, data)
    window.says("Saved as my-data.json")
    wait("the dialog is gone", lambda: not window.look("dialog", "Export my data"))
    read = json.loads(data.read_text())
    if read["account"]["name"] != name or stat.S_IMODE(data.stat().st_mode) != 0o600:
        raise SystemExit(f"FAILED: the file has mode {data.stat().st_mode:o} and says {read['account']}")

    step("everything leaves this computer, once name and password were typed")
    window.press("Erase…")
    window.ready("push button", "Cancel")
    window.says("Your account goes on at the login server")
    window.shot("erase-all")
    confirm = f"Type your user name to confirm: {name}"
    window.fill(confirm, "somebody.else")
    into(window, "Password")
    window.type(PASSWORD + "\n")
    window.says("This is not your user name. Nothing was erased.")
    window.ready("entry", confirm)
    window.key("ctrl+a")
    window.type(name)
    into(window, "Password")
    window.key("ctrl+a")
    window.type("not the password\n")
    window.says("Wrong password. Nothing was erased.")
    window.shot("erase-all-refused")
    window.ready("password text", "Password")
    window.key("ctrl+a")
    window.type(PASSWORD + "\n")
    window.says("Conclave keeps nothing of yours on this computer any more.")
    window.shot("erased-all")
    empty(window)
    window.close()
    empty(window)

    step("the next start knows nobody")
    window.start()
    window.find("push button", "I have an invite link")
    if window.look("password text", "Password"):
        raise SystemExit("FAILED: the window still asks somebody for a password")


def into(window, field):
    """Puts the keyboard into a hidden field."""
    window.find("password text", field).queryComponent().grabFocus()
    window.ready("password text", field)


def empty(window):
    """Nothing but the lock, which is an empty file."""
    left = sorted((path.relative_to(window.profile).as_posix(), path.stat().st_size)
                  for path in window.profile.rglob("*"))
    if left != [("lock", 0)]:
        raise SystemExit(f"FAILED: the folder of the profile still holds {left}")

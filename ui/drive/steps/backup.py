"""A backup is written in one window and restored in another."""

from dialog import answer
from enrol import PASSWORD
from patience import step

SEALED_BY = "copper lantern 88 river"


def into(window, field):
    """Puts the keyboard into a field, and waits until it is there."""
    window.find("password text", field).queryComponent().grabFocus()
    window.ready("password text", field)


def run(window, other, folder, name, words):
    """`words` stand in the conversation with `name`."""
    path = folder / "sealed.backup"
    step("a copy of everything is written, sealed")
    window.front()
    window.key("ctrl+comma")
    window.press("Storage")
    for field in ("Passphrase of the backup", "The passphrase again"):
        into(window, field)
        window.type(SEALED_BY)
    window.press("Back up…", exact=False)
    answer(window, path)
    window.says("Written as sealed.backup")
    window.shot("backup")
    if words.encode() in path.read_bytes():
        raise SystemExit("FAILED: the backup can be read")
    window.press("Chats", exact=False)

    step("it opens in an empty profile by its passphrase alone")
    other.start()
    other.press("I have a backup")
    other.press("Choose", exact=False)
    answer(other, path)
    into(other, "Passphrase of the backup")
    other.type("not the passphrase\n")
    other.says("Wrong", 180)
    into(other, "Passphrase of the backup")
    other.key("ctrl+a")
    other.type(SEALED_BY + "\n")
    other.ready("password text", "Password")
    other.type(PASSWORD + "\n")
    other.find("list item", name, exact=False, patience=180).queryAction().doAction(0)
    other.says(words)
    other.shot("restored")
    other.close()

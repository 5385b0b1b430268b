"""What a crash and a damaged profile leave, and what the next start makes of it."""

import pathlib

from enrol import PASSWORD
from patience import step, wait


def run(window, outside, name, words):
    """`words` stand in the conversation with `name`; another program was handed a copy."""
    step("a readable copy that a crash left is withdrawn at the next start")
    copy = pathlib.Path(outside.given()[-1])
    window.kill()
    if not copy.exists():
        raise SystemExit("FAILED: there is no copy that could be withdrawn")
    window.start()
    wait("the copy is gone", lambda: not copy.parent.exists())

    step("a vault whose two headers are damaged is said so, a backup is offered, and whole ones open it again")
    window.ready("password text", "Password")
    window.kill()
    headers = [window.profile / f"vault.hdr.{copy}" for copy in "ab"]
    whole = [header.read_bytes() for header in headers]
    for header, data in zip(headers, whole):
        header.write_bytes(bytes(len(data)))
    window.start()
    window.ready("password text", "Password")
    window.type(PASSWORD + "\n")
    window.says("damaged")
    window.find("push button", "Restore", exact=False)
    window.shot("damaged")
    window.kill()
    for header, data in zip(headers, whole):
        header.write_bytes(data)
    window.start()
    window.ready("password text", "Password")
    window.type(PASSWORD + "\n")
    window.find("list item", name, exact=False).queryAction().doAction(0)
    window.says(words)

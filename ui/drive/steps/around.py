"""The desktop around the windows: notices, one window per profile, sleep, and what lasts."""

import pathlib

import pyatspi

import screen
from beside import family
from enrol import PASSWORD
from patience import step, wait


def run(ana, bob, notices, sleep):
    step("a notice hides the content, leads to the conversation, and goes when it is read")
    wait("the desktop is ready", lambda: notices.told and sleep.told)
    bob.front()
    bob.press("Chats", exact=False)
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    before = len(notices.told)
    bob.fill("Message to Ana Ruiz", "The price is 41 million")
    bob.key("Return")
    told = wait("a notice", lambda: next((one for one in notices.told[before:] if "title" in one), None))
    if (told["title"], told["body"]) != ("Bob Unal", "New message"):
        raise SystemExit(f"FAILED: the notice says {told}")
    notices.order(f"act {told['id']} default")
    ana.says("The price is 41 million")
    ana.front()
    wait("the notice is taken back", lambda: {"closed": told["id"]} in notices.told)

    step("a second start shows the window that is there")
    if bob.again() != 0:
        raise SystemExit("FAILED: the second start did not end well")
    wait("Bob's window is in front", lambda: screen.active() == bob.id)

    step("no real-time thread of the web view goes on for ever")
    def bounded():
        every = (pathlib.Path(f"/proc/{one}/limits").read_text().splitlines() for one in family(bob.process.pid))
        return all(line.split()[3:5] == ["5000", "200000"]
                   for limits in every for line in limits if line.startswith("Max realtime timeout"))
    wait("the bounds, also where one was reached", bounded)

    step("the messages close before the computer sleeps, and the last keys before it are there again")
    wait("the sleep waits for the window", lambda: {"inhibits": "sleep", "mode": "delay"} in sleep.told)
    bob.fill("Message to Ana Ruiz", "Sent just before")
    bob.key("Return")
    bob.type("Begun just before")
    wait("every key is there", lambda: bob.text_of("entry", "Message to Ana Ruiz").strip() == "Begun just before")
    sleep.order("sleep")
    for window in (ana, bob):
        window.ready("password text", "Password")
        window.type(PASSWORD)
        window.key("Return")
        window.find("push button", "Chats", exact=False)
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    wait("the draft", lambda: bob.text_of("entry", "Message to Ana Ruiz").strip() == "Begun just before")
    bob.says("Sent just before")
    bob.into("Message to Ana Ruiz")
    bob.key("ctrl+a", "BackSpace")

    step("what was chosen is there after the next start")
    bob.key("ctrl+comma")
    bob.press("Appearance")
    bob.press("Dark", role="radio button")
    bob.shot("dark")
    bob.press("Notifications")
    bob.press("Who and what", role="radio button")
    bob.kill()
    bob.start()
    bob.ready("password text", "Password")
    bob.shot("dark-door")
    kept = (bob.profile / "window.conf").read_text()
    if "theme=dark" not in kept:
        raise SystemExit(f"FAILED: window.conf says {kept!r}")
    bob.type(PASSWORD)
    bob.key("Return")
    bob.find("push button", "Chats", exact=False)
    bob.key("ctrl+comma")
    bob.press("Notifications")
    wait("the choice is there", lambda: bob.look("radio button", "Who and what").getState().contains(pyatspi.STATE_CHECKED))

"""Keys that come before the field they belong to."""

import pyatspi

from enrol import PASSWORD
from patience import busy, step, wait
from tree import said

RUSHED = "thirty letters typed at once 30"


def run(ana, bob):
    step("what is typed right after a shortcut reaches the field it opens, and no other, on a busy machine")
    composer = "Message to Bob Unal"
    empty = lambda: ana.text_of("entry", composer).strip() == ""
    bob.front()
    bob.press("People")
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    bob.find("entry", "Message to Ana Ruiz")
    ana.front()
    ana.press("People")
    ana.find("list item", "Bob Unal", exact=False).queryAction().doAction(0)
    with busy():
        for key, name in (("ctrl+k", "A name or a command"), ("ctrl+f", "Search your messages"),
                          ("ctrl+shift+f", "Search your messages")):
            ana.into(composer)
            # The Enter at the end would send what reached the composer.
            ana.rush(key, RUSHED + "\n")
            wait(f"all of it after {key}", lambda: ana.holds(name) == RUSHED)
            ana.key("Escape")
            wait(f"nothing of it in the composer after {key}", empty)
        ana.press("Chats", exact=False)
        ana.into(composer)
        ana.rush("ctrl+n", RUSHED + "\n")
        wait("all of it after ctrl+n", lambda: ana.holds("Find someone") == RUSHED)
        wait("nothing of it in the composer", empty)
        ana.key("ctrl+a", "BackSpace")
        ana.rush("ctrl+m", RUSHED)
        wait("all of it in the composer", lambda: ana.holds(composer) == RUSHED)
        ana.key("ctrl+a", "BackSpace")
        wait("the composer is empty again", empty)
        ana.rush("ctrl+comma", RUSHED + "\n")
        ana.says("Only colleagues see it")
        ana.key("ctrl+m")
        wait("nothing of it in the composer after ctrl+comma", lambda: ana.holds(composer) == "")
        # A name, and at once what is for them, from a page without a composer.
        ana.key("ctrl+comma")
        ana.says("Only colleagues see it")
        ana.rush("ctrl+k", "bob unal\nHurried, but for Bob.\n")
        bob.says("Hurried, but for Bob.")
        ana.into(composer)
        ana.rush("ctrl+l", PASSWORD + "\n")
        ana.find("push button", "Chats", exact=False)
    ana.press("Chats", exact=False)
    ana.find("list item", "Bob Unal", exact=False).queryAction().doAction(0)
    wait("nothing of the password in the composer", empty)
    ana.fill(composer, "All of it was typed")
    ana.key("Return")
    bob.says("All of it was typed")
    for words in (RUSHED, PASSWORD):
        if any(pyatspi.findDescendant(one.tree(), lambda node: words in said(node)) for one in (ana, bob)):
            raise SystemExit(f"FAILED: {words!r} was sent")

    step("a short code becomes its emoji while the keys go on")
    ana.into(composer)
    ana.type("Well done :clap: and :sparkles: to all", delay=5)
    wait("both are emoji", lambda: ana.text_of("entry", composer).strip() == "Well done \U0001F44F and \u2728 to all")
    ana.key("Return")
    bob.says("Well done \U0001F44F and \u2728 to all")

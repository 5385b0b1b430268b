"""Two people enrol, write, send, compare, lock, and come back."""

import screen
from dialog import send_file
from disk import Watch, marks, nowhere
from enrol import PASSWORD, enrol
from patience import busy, step, wait
from player import colour_of, elapsed, offer, skip
from samples import document, film, picture, sound, spoilt

LONG = ("The lenders accept clause 7 as it stands and ask for one change only: the date in 7.2 must be named. Legal proposes "
        "the fifteenth of February, which leaves the board ten working days after the meeting in Lyon. Please read the "
        "annex on page two as well, because the second account is opened by the same signature and nobody has checked "
        "who may sign for Suzhou. If that is fine with you I send the corrected version tonight, sealed, and we compare "
        "our numbers on the phone before anything is paid out. Nothing of this leaves our two computers. Thank you, Ana")


def run(server, ana, bob, folder):
    step("two people enrol")
    ana.start()
    enrol(ana, server.invite("ana.ruiz"), "Ana Ruiz")
    bob.start()
    bob.find("push button", "I have an invite link")
    bob.shot("first-run")
    enrol(bob, server.invite("bob.unal"), "Bob Unal")

    step("they find each other and write")
    ana.front()
    ana.press("People")
    ana.find("list item", "Bob Unal", exact=False).queryAction().doAction(0)
    ana.find("entry", "Message to Bob Unal")
    ana.fill("Message to Bob Unal", "Could you look at clause 7 before we meet the lenders?")
    ana.key("Return")
    bob.front()
    bob.find("list item", "Ana Ruiz", exact=False).queryAction().doAction(0)
    bob.says("Could you look at clause 7")
    bob.fill("Message to Ana Ruiz", "Read it on the train. Clause 7 is fine.")
    bob.key("Return")
    ana.says("Read it on the train")

    step("five hundred keys at 5 ms lose none")
    long = LONG[:500]
    ana.into("Message to Bob Unal")
    ana.type(long, delay=5)
    wait("every key is there", lambda: ana.text_of("entry", "Message to Bob Unal").strip() == long.strip(), 20)
    ana.key("Return")
    bob.says(long[-40:])
    ana.shot("chat")

    step("a picture and a document arrive and are looked at; nothing opened reaches the disk")
    pieces = picture(folder / "terrace.png") + marks((folder / "terrace.png").read_bytes())
    document(folder / "Board pack Q4.pdf")
    pieces += marks((folder / "Board pack Q4.pdf").read_bytes())
    watch = Watch(bob.process.pid, pieces)
    send_file(ana, folder / "terrace.png", "From the terrace")
    bob.find("push button", "Open the picture terrace.png").queryAction().doAction(0)
    bob.find("image", "terrace.png")
    bob.shot("picture")
    bob.key("Escape")
    send_file(ana, folder / "Board pack Q4.pdf", "For Thursday")
    bob.find("push button", "Open the document Board pack Q4.pdf").queryAction().doAction(0)
    bob.find("image", "Board pack Q4.pdf, Page 1 of 3")
    bob.press("Next page")
    bob.find("image", "Board pack Q4.pdf, Page 2 of 3")
    bob.shot("document")
    bob.key("Escape")
    bob.shot("chat-files")
    nowhere(watch, bob)

    step("a film is sought in and a sound plays, on a busy machine; nothing opened reaches the disk")
    film(folder / "Site visit.webm")
    sound(folder / "Minutes.wav")
    watch = Watch(bob.process.pid, [piece for name in ("Site visit.webm", "Minutes.wav")
                                    for piece in marks((folder / name).read_bytes())])
    send_file(ana, folder / "Site visit.webm", "The site today")
    with busy():
        bob.press("Play the video")
        shows = lambda colour: wait(f"the film shows {colour}", lambda: colour_of(bob, "video", "Site visit.webm") == colour)
        shows("red")
        skip(bob, "video", "Site visit.webm", "Skip Forward 15 Seconds", 5)
        shows("blue")
        bob.shot("film")
        skip(bob, "video", "Site visit.webm", "Skip Back 15 Seconds", 5)
        shows("red")
        send_file(ana, folder / "Minutes.wav", "The minutes")
        offer(bob, "Play").queryAction().doAction(0)
        heard = wait("the sound plays", lambda: max(elapsed(bob, "audio", "Minutes.wav") - 6, 0)) + 6
        wait("the sound goes on", lambda: elapsed(bob, "audio", "Minutes.wav") > heard)
        bob.shot("sound")
    nowhere(watch, bob)

    step("a sound that cannot be played is said to be one, and may be tried again")
    spoilt(folder / "Spoilt.wav", folder / "Minutes.wav")
    send_file(ana, folder / "Spoilt.wav", "The other one")
    bob.says("Spoilt.wav")
    offer(bob, "Play", newest=True).queryAction().doAction(0)
    bob.says("It could not be played here")
    bob.press("Try again")
    bob.says("It could not be played here")

    step("the safety number is compared")
    ana.press("Details", role="toggle button")
    ana.press("Show safety number")
    ana.find("dialog", "Verify", exact=False)
    ana.shot("safety")
    ana.press("They match")
    ana.says("Safety number compared by you")
    ana.shot("details")

    step("a lock, and the password leads back")
    ana.key("ctrl+l")
    ana.ready("password text", "Password")
    ana.shot("lock")
    ana.type("not the password")
    ana.key("Return")
    ana.says("Wrong password")
    ana.shot("lock-refused")
    ana.front()
    ana.find("password text", "Password").queryComponent().grabFocus()
    ana.key("ctrl+a")
    ana.type(PASSWORD)
    ana.key("Return")
    ana.find("push button", "Chats", exact=False)

    step("killed, and everything is there again")
    ana.kill()
    ana.start()
    ana.ready("password text", "Password")
    ana.type(PASSWORD)
    ana.key("Return")
    ana.says("Bob Unal")
    ana.shot("back")

    step("nothing that a peer writes runs")
    bob.fill("Message to Ana Ruiz", "<img src=x onerror=alert(1)><script>document.title='owned'</script>")
    bob.key("Return")
    bob.says("<img src=x onerror=alert(1)>")
    if "Conclave" not in screen.title(bob.id):
        raise SystemExit(f"FAILED: the title is {screen.title(bob.id)!r}")
    bob.shot("inert")

    step("keys alone: switcher, sheet, settings")
    bob.key("ctrl+k")
    bob.within("Quick switcher")
    bob.type("key")
    bob.shot("switcher")
    bob.key("Return")
    bob.find("dialog", "Keyboard shortcuts", exact=False)
    bob.shot("keys")
    bob.key("Escape")
    wait("the sheet is gone", lambda: not bob.look("dialog", "Keyboard shortcuts", exact=False))
    bob.key("ctrl+comma")
    bob.says("Profile")
    bob.shot("settings")

"""The first run, from an invite link to the window."""

import re

import pyatspi

from beside import code
from patience import wait
from tree import said

PASSWORD = "velvet otter piano 41"
SECRET = re.compile(r"(?:[A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}")


def shown_secret(window):
    """The authenticator's secret, as it stands on the page in groups of four."""
    def grouped(node):
        return bool(SECRET.search(said(node)))
    node = pyatspi.findDescendant(window.tree(), grouped)
    return SECRET.search(said(node)).group().replace(" ", "") if node else None


def secret_of(window):
    return wait("the secret", lambda: shown_secret(window))


def account(window, full_name):
    """From the fingerprint to the first code; returns the authenticator's secret."""
    window.press("They are the same, continue")
    window.find("entry", "Full name")
    window.fill("Full name", full_name)
    window.key("Return")
    window.ready("password text", "New password")
    window.type(PASSWORD)
    window.says("A good password")
    window.key("Return")
    window.find("push button", "Copy the secret")
    secret = secret_of(window)
    window.ready("entry", "Six-digit code")
    window.type(code(secret))
    return secret


def enrol(window, link, full_name):
    window.press("I have an invite link")
    window.fill("Invite link", link)
    window.key("Return")
    window.says("Compare the fingerprint")
    secret = account(window, full_name)
    window.find("check box", "I have stored them").queryAction().doAction(0)
    window.press("Continue")
    window.find("entry", "Position")
    window.press("Not now")
    window.press("Open Conclave")
    window.find("push button", "People")
    return secret

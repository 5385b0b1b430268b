"""The phone is lost; an administrator's code and the password put another in its place."""

from beside import code
from enrol import PASSWORD, secret_of
from patience import step


def run(server, ana):
    step("another phone by the code of an administrator")
    given = server.command("user", "totp-reset", "ana.ruiz", "--reason", "lost phone", "--yes",
                           "--passphrase-file", server.passphrase)
    ana.says("Your session has ended")
    ana.press("Sign in")
    ana.ready("password text", "Password")
    ana.type(PASSWORD + "\n")
    ana.find("entry", "Six-digit code")
    ana.press("I have a code for a new phone")
    ana.ready("entry", "Code from your administrator")
    ana.type("7QK2-M9XD-4TRA-HH3P-WZ8C\n")
    ana.says("User name, password or code is wrong")
    ana.shot("phone-refused")
    ana.into("Code from your administrator")
    ana.key("ctrl+a")
    ana.type(given["code"] + "\n")
    ana.find("push button", "Copy the secret")
    secret = secret_of(ana)
    ana.ready("entry", "Six-digit code")
    ana.shot("phone")
    ana.type("000000" if code(secret) != "000000" else "000001")
    ana.says("User name, password or code is wrong")
    ana.ready("entry", "Six-digit code")
    ana.type(code(secret))
    ana.says("These codes come with it")
    ana.shot("phone-codes")
    ana.find("check box", "I have stored them").queryAction().doAction(0)
    ana.press("Continue")
    ana.press("Chats", exact=False)
    listed = server.command("user", "show", "ana.ruiz")
    if listed["recovery_codes_left"] != 10:
        raise SystemExit(f"FAILED: the server says {listed}")

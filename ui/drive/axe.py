#!/usr/bin/python3
"""Judges every rendered screen by axe-core's rules of accessibility, in a Chromium that nobody sees.

    drive/axe.py SCREENS AXE [CHROMIUM]

SCREENS holds the pages that the test `every_screen_is_kept_for_the_eye` writes, AXE is axe-core's script. Each page is
looked at as wide as the window opens and as narrow as it can be made. A serious or critical finding is printed with its
place, and the run then fails. The browser is spoken to over pipes: it listens on no port, and it reaches no network.
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SIZES = ((1240, 820), (480, 560))  # the window as it opens, and its smallest
GRAVE = ("serious", "critical")
SHOWN = 4  # places of a finding that are printed
# The names of controls are as they were in the languages made for the test: they cannot hold what is seen.
MADE = "{'label-content-name-mismatch': {enabled: false}}"
ASK = """axe.run(document, {resultTypes: ['violations'], rules: RULES, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
    'best-practice']}).then(found => ({passed: found.passes.length, violations: found.violations.map(one => (
    {id: one.id, impact: one.impact, help: one.help, places: one.nodes.map(node => node.html.slice(0, 160) + '  <- '
    + node.any.concat(node.all, node.none).map(check => check.message).join('; '))}))}))"""


class Browser:
    """Chromium's DevTools protocol over two pipes: a line of JSON each, ended by a zero byte."""

    def __init__(self, program, profile):
        theirs, self.out = os.pipe()
        self.back, answers = os.pipe()

        def pipes():
            # 3 and 4 are where the browser looks; the ends may stand there already, crosswise.
            reads, writes = os.dup(theirs), os.dup(answers)
            os.dup2(reads, 3)
            os.dup2(writes, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND", "--force-color-profile=srgb",
             f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs)
        os.close(answers)
        self.number, self.session, self.rest, self.told = 0, None, b"", collections.deque(maxlen=1000)

    def read(self):
        while b"\0" not in self.rest:
            more = os.read(self.back, 1 << 20)
            if not more:
                raise SystemExit("FAILED: the browser went away")
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, **params):
        self.number += 1
        line = {"id": self.number, "method": method, "params": params}
        if self.session:
            line["sessionId"] = self.session
        os.write(self.out, json.dumps(line).encode() + b"\0")
        while True:
            told = self.read()
            if told.get("id") == self.number:
                if "error" in told:
                    raise SystemExit(f"FAILED: {method}: {told['error']['message']}")
                return told["result"]
            self.told.append(told)

    def attach(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def show(self, address):
        self.told.clear()
        self.call("Page.navigate", url=address)
        while not any(told.get("method") == "Page.loadEventFired" for told in self.told):
            self.told.append(self.read())

    def run(self, script):
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise SystemExit(f"FAILED: the page's script: {json.dumps(done['exceptionDetails'])[:400]}")
        return done["result"].get("value")

    def close(self):
        os.close(self.out)
        os.close(self.back)
        self.process.terminate()
        self.process.wait(20)


def main():
    pages, axe = sorted(pathlib.Path(sys.argv[1]).resolve().glob("*.html")), pathlib.Path(sys.argv[2]).read_text()
    program = sys.argv[3] if len(sys.argv) > 3 else shutil.which("chromium")
    if not pages or not program:
        raise SystemExit("FAILED: no pages, or no chromium")
    found, judged, passed, lesser = {}, 0, 0, collections.Counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            browser.attach()
            for width, height in SIZES:
                browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
                for page in pages:
                    browser.show(page.as_uri())
                    browser.run(axe + ";0")
                    made = page.stem.endswith(("-longer-light", "-mirrored-light"))
                    told = browser.run(ASK.replace("RULES", MADE if made else "{}"))
                    judged, passed = judged + 1, passed + told["passed"]
                    for one in told["violations"]:
                        if one["impact"] in GRAVE:
                            kept = found.setdefault((one["id"], one["impact"], one["help"]), {})
                            for place in one["places"]:
                                kept.setdefault(place, []).append(f"{page.stem} {width}")
                        else:
                            lesser[f"{one['id']} ({one['impact']})"] += len(one["places"])
        finally:
            browser.close()
    for (rule, impact, advice), places in found.items():
        print(f"{impact}: {rule}: {advice}; places: {len(places)}")
        for place, where in list(places.items())[:SHOWN]:
            print(f"    {place}\n        on {', '.join(where[:3])}{', …' if len(where) > 3 else ''}")
    for rule, count in lesser.most_common():
        print(f"not serious: {rule}: {count}")
    print(f"axe: pages judged: {judged}, rules kept on them: {passed}, serious or critical findings: {len(found)}", flush=True)
    if found or not passed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

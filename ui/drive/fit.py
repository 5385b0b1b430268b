#!/usr/bin/python3
"""Measures every rendered screen in a Chromium that nobody sees: no control is pushed out of the window, no text is cut
without dots, no target is smaller than it may be.

    drive/fit.py SCREENS [CHROMIUM]

SCREENS holds the pages that the test `every_screen_is_kept_for_the_eye` writes: two languages, one with words two fifths
longer, and one from right to left. Each is looked at in the sizes of UI.md, and as it is laid out at 200 %, where half the
points are left. What does not fit is printed with its place, and the run then fails.
"""

import pathlib
import shutil
import sys
import tempfile

from axe import Browser

# Wide, two panes, the smallest; the first two at 200 %.
SIZES = ((1280, 860), (800, 700), (480, 560), (640, 430), (400, 350))
SHOWN = 4  # places of a finding that are printed
LOOK = pathlib.Path(__file__).with_name("fit.js").read_text()


def main():
    pages = sorted(one for one in pathlib.Path(sys.argv[1]).resolve().glob("*-light.html"))
    program = sys.argv[2] if len(sys.argv) > 2 else shutil.which("chromium")
    if not pages or not program:
        raise SystemExit("FAILED: no pages, or no chromium")
    found, looked, measured = {}, 0, 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            browser.attach()
            for page in pages:
                browser.show(page.as_uri())
                for width, height in SIZES:
                    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                                 mobile=False)
                    told = browser.run(LOOK)
                    looked, measured = looked + 1, measured + told["measured"]
                    for kind, place in told["wrong"]:
                        found.setdefault((kind, place), []).append(f"{page.stem} {width}")
        finally:
            browser.close()
    kinds = {}
    for (kind, place), where in found.items():
        kinds.setdefault(kind, []).append((place, where))
    for kind, places in kinds.items():
        print(f"{kind}: {len(places)}")
        for place, where in places:
            print(f"    {place}\n        on {', '.join(where[:SHOWN])}{f' and {len(where) - SHOWN} more' if len(where) > SHOWN else ''}")
    print(f"fit: pages in a size: {looked}, controls and texts measured: {measured}, that do not fit: {len(found)}", flush=True)
    if found or not measured:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

"""Over a slow line, in Chromium: `python -m benchmarks.slow_line`.

Bare Streamlit in its default and this app, in turn: seconds from the address to verdict and bars, over a line of
1.6 Mbit/s with 150 ms of delay, on a first visit and on a second one, when the browser has kept what it may.
"""

import argparse
import statistics
import sys
import time

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks.browser import FROM_AFAR, SHOWS, STANDING, chromium
from benchmarks.serving import BARE, OURS, Server, machine, markdown

LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 1.6e6 / 8}


def seconds(context: BrowserContext, app: str, address: str) -> float:
    """Return the seconds from the address to verdict and bars."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", LINE)
    began = time.perf_counter()
    page.goto(address, timeout=180_000)
    page.wait_for_function(SHOWS, arg="picture 0", timeout=180_000)
    page.wait_for_selector(STANDING[app], timeout=180_000)
    took = time.perf_counter() - began
    page.close()
    return took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    times: dict[tuple[str, str], list[float]] = {}
    with sync_playwright() as playwright, Server(OURS) as ours, Server(BARE) as bare:
        browser = chromium(playwright)
        ours.wait()
        bare.wait()
        for _ in range(args.rounds):
            for app, server in ((BARE, bare), (OURS, ours)):
                context = browser.new_context(viewport={"width": 390, "height": 844}, extra_http_headers=FROM_AFAR)
                for visit in ("first visit", "second visit"):
                    times.setdefault((visit, app), []).append(seconds(context, app, server.address))
                context.close()
    rows = []
    for visit in ("first visit", "second visit"):
        plain, mine = (statistics.median(times[visit, app]) for app in (BARE, OURS))
        rows.append([visit, f"{plain:.2f} s", f"{mine:.2f} s", f"{mine / plain:.2f} x"])
    print(f"{machine()}, 1.6 Mbit/s, 150 ms\n")
    print(markdown(["Verdict and bars", BARE, OURS, ""], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A class on its screens, in Chromium: `python -m benchmarks.class_screens`.

How long an answer takes from the tap on a phone to the projector, and what a student's page costs a cold phone, over
HTTP and the websocket, beside what Streamlit's own bare page costs. Exits with 1 when a bound is missed.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from benchmarks.browser import FROM_AFAR, chromium, received_by
from benchmarks.serving import BARE, OURS, Server, machine, markdown
from fmnist_core import CLASS_NAMES, default_network
from fmnist_core.classroom import codes
from fmnist_core.classroom.activities import PREDICT, QUESTION, Activity
from fmnist_core.classroom.database import Database, database_url
from fmnist_core.classroom.rooms import Rooms

SECONDS, KILOBYTES = 2.0, 900.0  # from the tap to the projector; of a student's page beyond Streamlit's own
PICTURE = 4093
PHONE: ViewportSize = {"width": 390, "height": 844}


def kilobytes(browser: Browser, address: str, standing: str) -> float:
    """Return what a page costs a cold phone until `standing` is there, and what comes in the seconds after."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, extra_http_headers=FROM_AFAR)
    page, received = received_by(context)
    page.goto(address)
    page.wait_for_selector(standing)
    page.wait_for_timeout(2500)
    context.close()
    return received[0] / 1000


def on_the_projector(browser: Browser, address: str, wall: str, seats: list[str]) -> list[float]:
    """Let each seat answer; return the seconds from the last tap to the projector that counts it."""
    projector = browser.new_page(viewport={"width": 1280, "height": 720})
    projector.goto(wall)
    projector.wait_for_selector(".fm-count")
    times = []
    for number, seat in enumerate(seats, 1):
        context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
        phone = context.new_page()
        phone.goto(f"{address}&seat={seat}")
        phone.get_by_role("button", name=CLASS_NAMES[number % 10], exact=True).click()
        began = time.perf_counter()
        phone.get_by_role("button", name="75%", exact=True).click()
        projector.wait_for_function(
            "wanted => document.querySelector('.fm-count').innerText.startsWith(wanted)", arg=f"{number} of"
        )
        times.append(time.perf_counter() - began)
        context.close()
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FMNIST_DATABASE_URL"] = f"sqlite:///{folder}/class.sqlite"
        database = Database(database_url(os.environ))
        rooms = Rooms(database)
        room, secret = rooms.open((Activity(PREDICT, (PICTURE,)),), default_network(), 7)
        rooms.go(room, 0, QUESTION)
        seats = [rooms.join(room.code, "benchmark")[2] for _ in range(args.students)]
        with sync_playwright() as playwright, Server(OURS) as ours, Server(BARE) as bare:
            browser = chromium(playwright)
            ours.wait()
            bare.wait()
            address = f"{ours.address}/class?room={room.code}"
            own = kilobytes(browser, bare.address, ".st-key-verdict")
            student = kilobytes(browser, f"{address}&seat={seats[0]}", ".fm-seat")
            times = on_the_projector(browser, address, f"{address}&show={codes.projector_token(secret)}", seats)
        database.close()
    slowest = max(times)
    rows = [
        [
            "an answer on the projector",
            f"{statistics.median(times):.2f} s, slowest of {len(times)}: {slowest:.2f} s",
            f"{SECONDS:g} s",
        ],
        ["a student's page on a cold phone", f"{student:,.0f} kB, Streamlit's own {own:,.0f} kB", ""],
        ["of it beyond Streamlit's own", f"{student - own:,.0f} kB", f"{KILOBYTES:g} kB"],
    ]
    print(machine() + "\n")
    print(markdown(["What", "Measured", "Bound"], rows))
    return int(slowest > SECONDS or student - own > KILOBYTES)


if __name__ == "__main__":
    sys.exit(main())

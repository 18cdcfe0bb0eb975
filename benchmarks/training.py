"""What Train promises, measured: `python -m benchmarks.training`; exits 1 when a bound is missed.

The process that trains, asked as the server asks it: from the press of the button to 85 % of the held-out pictures
(TensorFlow's import included), and from TensorFlow to the first point of the curves. Then the server, with Chromium:
its memory while nobody trains, and what an index change takes another visitor while a network is trained and while none
is, in turn. How fast a recipe's steps are is `python -m benchmarks.steps`.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import CHANGE, SHOWS, chromium
from benchmarks.serving import OURS, Server, machine, markdown
from fmnist_core.composing.presets import PRESETS
from fmnist_core.runs.messages import Early, Epoch, Failed, Finished, Ready
from fmnist_core.runs.process import Process

ENOUGH = 0.85  # of the held-out pictures
WITHIN, FIRST_WITHIN, RATIO, MEMORY_MB = 60.0, 3.0, 1.5, 150.0
LONG = "train?net=c32-c32-p-c64-p-d64&epochs=60"  # under way for as long as is measured


def learn() -> dict[str, float]:
    """Train the first preset in a fresh process; return seconds to `ENOUGH`, to TensorFlow, and from it to a point.

    Raises:
        RuntimeError: it failed, or never got there.
    """
    composition, folder = PRESETS["convolutional"].composition, tempfile.mkdtemp(prefix="fmnist-benchmark-")
    began, found = time.perf_counter(), {}
    process = Process()
    try:
        process.ask(do="train", folder=folder, address=composition.to_address())
        for message in process.messages():
            now = time.perf_counter() - began
            if isinstance(message, Ready):
                found["ready"] = now
            elif isinstance(message, Early | Epoch):
                found.setdefault("first", now - found["ready"])
                if message.heldout_accuracy >= ENOUGH:
                    found.setdefault("enough", now)
            elif isinstance(message, Failed):
                raise RuntimeError(message.sentence)
            elif isinstance(message, Finished):
                break
    finally:
        process.kill()
        shutil.rmtree(folder, ignore_errors=True)
    if "enough" not in found:
        raise RuntimeError(f"{ENOUGH:.0%} of the held-out pictures were never right")
    return found


def pressed(browser: Browser, address: str) -> float:
    """Return seconds from the press of Start to a confusion matrix on the screen with `ENOUGH` in its diagonal."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/train")
    button = page.get_by_role("button", name="Start")
    button.wait_for()
    page.wait_for_timeout(1500)
    began = time.perf_counter()
    button.click()
    page.wait_for_function(
        """(enough) => {
          const cells = [...document.querySelectorAll(".st-key-heat td")].map((cell) => Number(cell.textContent))
          return cells.length === 100 && cells.filter((_, k) => k % 11 === 0).reduce((a, b) => a + b) >= 1000 * enough
        }""",
        arg=ENOUGH,
        timeout=180_000,
    )
    seconds = time.perf_counter() - began
    page.close()
    return seconds


def workers(server: Server) -> list[int]:
    """Return the processes that train for a server."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == server.process.pid and b"fmnist_core.training" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def until_idle(server: Server) -> None:
    """Wait until nobody trains and the process is gone.

    Raises:
        TimeoutError: it is still there after four minutes.
    """
    end = time.perf_counter() + 240
    while workers(server):
        if time.perf_counter() > end:
            raise TimeoutError("a process still trains, or is kept, though every visitor has left")
        time.sleep(0.5)


def changes(page: Page, count: int) -> list[float]:
    """Return the milliseconds of so many index changes, from the click to the new verdict."""
    first = int(page.locator(".st-key-index input").input_value())
    times = []
    for k in range(first + 1, first + count + 1):
        times.append(page.evaluate(CHANGE, [f"picture {k}", None])[0])
        page.wait_for_timeout(250)
    return times


def beside(browser: Browser, server: Server, count: int, rounds: int) -> tuple[float, float]:
    """Return the median milliseconds of an index change while nobody trains, and while somebody does, in turn."""
    other = browser.new_page(viewport={"width": 1440, "height": 900})
    other.goto(server.address)
    other.wait_for_function(SHOWS, arg="picture 0", timeout=90_000)
    changes(other, 5)
    alone: list[float] = []
    busy: list[float] = []
    for _ in range(rounds):
        until_idle(server)
        alone += changes(other, count)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(f"{server.address}/{LONG}")
        page.get_by_role("button", name="Start").click()
        page.locator(".st-key-watched li").first.wait_for(timeout=180_000)
        page.get_by_role("link", name="Predict").first.click()  # its browser draws no curves: that is not the server's
        page.wait_for_function(SHOWS, arg="picture", timeout=30_000)
        busy += changes(other, count)
        context.close()
    other.close()
    return statistics.median(alone), statistics.median(busy)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--changes", type=int, default=25)
    args = parser.parse_args()
    runs = [learn() for _ in range(args.rounds)]
    with sync_playwright() as playwright, Server(OURS) as server:
        server.wait()
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for where, shows in (("", ".st-key-verdict"), ("/train", ".st-key-start")):
            page.goto(server.address + where)
            page.locator(shows).wait_for(timeout=90_000)
            page.wait_for_timeout(2500)
        memory = server.memory_mb()
        page.close()
        alone, busy = beside(browser, server, args.changes, args.rounds)
        enough = pressed(browser, server.address)
        after = server.memory_mb()
        browser.close()
    bounds = [
        (f"Start pressed to {ENOUGH:.0%} held out, on the screen", enough, WITHIN, "s"),
        ("the same in the process, slowest", max(run["enough"] for run in runs), WITHIN, "s"),
        ("TensorFlow there to the first point, slowest", max(run["first"] for run in runs), FIRST_WITHIN, "s"),
        (f"index change of another visitor: {alone:.0f} ms, while it trains {busy:.0f} ms", busy / alone, RATIO, "x"),
        ("server memory after Predict and Train, nobody trains", memory, MEMORY_MB, "MB"),
    ]
    print(f"{machine()}; {args.rounds} rounds\n")
    digits = {"MB": 0, "s": 1, "x": 2}
    rows = [
        [what, f"{value:.{digits[unit]}f} {unit}", f"{bound:g} {unit}", "met" if value <= bound else "missed"]
        for what, value, bound, unit in bounds
    ]
    print(markdown(["", "measured", "bound", ""], rows))
    loaded = statistics.median(run["ready"] for run in runs)
    print(f"\nTensorFlow takes {loaded:.1f} s to load. Server memory after all runs: {after:.0f} MB.")
    return 0 if all(value <= bound for _, value, bound, _ in bounds) else 1


if __name__ == "__main__":
    sys.exit(main())

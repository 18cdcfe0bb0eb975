"""What a visitor waits for, in Chromium: `python -m benchmarks.browser`.

Bare Streamlit, the typical TensorFlow demo and this app, in turn, several rounds in one run: cold start to the first
verdict, index change to the new verdict, bytes to a cold browser, server memory. Then, in this app alone:
the sliders of Evaluate, and what one visitor's bulk evaluation costs another. Ratios count, times drift.
"""

import argparse
import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from benchmarks.serving import BARE, BARE_SLIDER, FILES, OURS, RIVAL, ROOT, Server, machine, markdown
from fmnist_core import Network, default_network, load_test
from fmnist_core.evaluation.metrics import percent

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FROM_AFAR = {"X-Forwarded-For": "203.0.113.7"}  # as through a proxy: a server may treat its own machine otherwise

# Times from the click on the field's plus sign to the first frame that shows the new picture's number in the verdict,
# and to the first that shows its bars beside that. Bars are known by their words, drawn ones by new shapes.
CHANGE = """
async ([wanted, bars]) => {
  const button = document.querySelector('[data-testid="stNumberInputStepUp"]')
  const shapes = () => [...document.querySelectorAll(".barlayer path")].map((path) => path.getAttribute("d")).join()
  const words = () => [...document.querySelectorAll(".fm-bars td")].map((cell) => cell.textContent).join()
  const before = shapes()
  const shows = () => (document.querySelector(".st-key-verdict")?.innerText ?? "").includes(wanted)
  const stand = () => shows() && (bars === null || (bars ? words() === bars : shapes() && shapes() !== before))
  const began = performance.now()
  const first = (condition) => new Promise((done) => {
    const watcher = new MutationObserver(() => {
      if (!condition()) return
      watcher.disconnect()
      requestAnimationFrame(() => done(performance.now() - began))
    })
    watcher.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
    setTimeout(() => { watcher.disconnect(); done(null) }, 20000) // two pictures whose bars look the same
  })
  const both = [first(shows), first(stand)]
  button.click()
  return Promise.all(both)
}
"""
# Time from an event to the first frame with new words in an element, or with a new value of its attribute.
WATCH = """
([element, attribute, cause]) => {
  const state = () => {
    const found = document.querySelector(element)
    return (attribute ? found?.getAttribute(attribute) : found?.innerText) ?? ""
  }
  const before = state()
  window.answered = new Promise((done) => {
    document.addEventListener(cause, () => {
      const began = performance.now()
      const watcher = new MutationObserver(() => {
        if (state() === before || !state()) return
        watcher.disconnect()
        requestAnimationFrame(() => done(performance.now() - began))
      })
      watcher.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
    }, { once: true, capture: true })
  })
}
"""
SLIDERS = (
    ("Evaluate, coverage of the prediction sets", "/evaluate?view=Prediction+sets", "level", "coverage"),
    ("Stress, rotation", "/stress?index=4093", "rotate", "verdict"),
    ("Evaluate, confidence threshold", "/evaluate?view=Confidence", "sure-resnet", "abstention"),
)
# How each app's bars are found: ours are a table, the demo's are drawn by plotly, bare Streamlit has none.
STANDING = {OURS: ".fm-bars td", RIVAL: ".barlayer path", BARE: ".st-key-verdict"}
SHOWS = """(wanted) => (document.querySelector(".st-key-verdict")?.innerText ?? "").includes(wanted)"""


def chromium(playwright: Playwright) -> Browser:
    """Return the browser of this machine."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


def visit(browser: Browser, app: str, changes: int, root: Path = ROOT) -> dict[str, float]:
    """Start an app, open it in a fresh browser profile, change the index, and return what it took.

    Args:
        browser: that opens it.
        app: a key of `FILES`.
        changes: of the index.
        root: the repository, or another state of it, whose bars plotly may draw.
    """
    with Server(app, root=root) as server:
        server.wait()
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(server.address)
        page.wait_for_function(SHOWS, arg="picture 0", timeout=90_000)
        cold = time.perf_counter() - server.began
        page.wait_for_selector(STANDING[app] if root == ROOT else f"{STANDING[OURS]}, {STANDING[RIVAL]}")
        cold_bars = time.perf_counter() - server.began
        page.wait_for_timeout(2500)  # whatever else comes late
        written = app == OURS and page.locator(STANDING[OURS]).count() > 0
        times, bars = [], bars_in_words() if written else None
        for k in range(1, changes + 1):
            wanted = bars[k] if bars else (None if app == BARE else "")
            times.append(page.evaluate(CHANGE, [f"picture {k}", wanted]))
            page.wait_for_timeout(250)
        memory = server.memory_mb()
        if app == OURS:
            for name in sorted(path.stem for path in (root / "fmnist_app" / "pages").glob("*.py")):
                page.goto(f"{server.address}/{'' if name == 'predict' else name}")
                page.wait_for_timeout(2500)
            memory = server.memory_mb()
        context.close()
        return {
            "cold": cold,
            "cold_bars": cold_bars,
            "change": statistics.median(verdict for verdict, _ in times[2:] if verdict is not None),
            "bars": statistics.median(standing for _, standing in times[2:] if standing is not None),
            "bytes": megabytes(browser, server.address),
            "memory": memory,
        }


def bars_in_words() -> list[str]:
    """Return what the cells of the bars say of each test picture."""
    network, test = Network(default_network()), load_test()
    probs = network.probabilities(network.stored_logits.test)
    return [
        ",".join(percent(p) + (" · true class" if k == label else "") for k, p in enumerate(row))
        for row, label in zip(probs, test.labels, strict=True)
    ]


def visitor_from_afar(browser: Browser) -> tuple[Page, list[float]]:
    """Return a page of a fresh browser that calls as if through a proxy, and the bytes that it has received so far.

    The bytes are one number in a list, which grows as they come, over HTTP and the websocket.
    """
    return received_by(browser.new_context(viewport={"width": 1440, "height": 900}, extra_http_headers=FROM_AFAR))


def received_by(context: BrowserContext) -> tuple[Page, list[float]]:
    """Return a page of a browser's context, and the bytes that it has received so far: one number, in a list."""
    page, received = context.new_page(), [0.0]
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda e: _add(received, e["encodedDataLength"]))
    # Frames are shown in base64.
    network.on("Network.webSocketFrameReceived", lambda e: _add(received, 0.75 * len(e["response"]["payloadData"])))
    return page, received


def megabytes(browser: Browser, address: str) -> float:
    """Return what a first page costs a fresh browser on another machine, MB."""
    page, received = visitor_from_afar(browser)
    page.goto(address)
    page.wait_for_function(SHOWS, arg="picture 0", timeout=90_000)
    page.wait_for_timeout(2500)  # the chart, and whatever else comes late
    page.context.close()
    return received[0] / 1e6


def sliders(browser: Browser, moves: int, rounds: int = 3) -> dict[str, float]:
    """Return the median milliseconds from a key on each slider to its new figures, a bare one's too, in turn."""
    times: dict[str, list[float]] = {}
    with Server(OURS) as ours, Server(BARE_SLIDER) as bare:
        ours.wait()
        bare.wait()
        pages = []
        for name, path, slider, container in ((BARE_SLIDER, "", "strength", "verdict"), *SLIDERS):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto((bare if name == BARE_SLIDER else ours).address + path)
            handle = page.locator(f'.st-key-{slider} input[type="range"]')
            handle.focus()
            page.wait_for_timeout(2500)
            pages.append((name, page, handle, container))
        for _ in range(rounds):
            for name, page, handle, container in pages:
                page.bring_to_front()
                handle.focus()
                taken = []
                for k in range(moves):
                    page.evaluate(WATCH, [f".st-key-{container}", None, "keydown"])
                    handle.press("ArrowLeft" if k % 2 else "ArrowRight")
                    taken.append(page.evaluate("window.answered"))
                    page.wait_for_timeout(250)
                times.setdefault(name, []).extend(taken[2:])
        for _, page, _, _ in pages:
            page.close()
    return {name: statistics.median(taken) for name, taken in times.items()}


def drawing(browser: Browser, strokes: int) -> float:
    """Return the median milliseconds from the end of a stroke on the drawing board to the new picture and verdict."""
    with Server(OURS) as server:
        server.wait()
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{server.address}/garment?way=Draw")
        canvas = page.locator(".board canvas")
        canvas.wait_for()
        frame, taken = canvas.bounding_box(), []
        assert frame
        for k in range(strokes):
            top = frame["y"] + frame["height"] * (0.1 + 0.8 * k / strokes)
            page.mouse.move(frame["x"] + 0.3 * frame["width"], top)
            page.mouse.down()
            page.mouse.move(frame["x"] + (0.6 + 0.1 * (k % 3)) * frame["width"], top, steps=5)
            page.evaluate(WATCH, [".st-key-garment img", "src", "pointerup"])
            page.mouse.up()
            taken.append(page.evaluate("window.answered"))
            page.wait_for_timeout(400)
        page.close()
    return statistics.median(taken[2:])


def _add(total: list[float], more: float) -> None:
    total[0] += more


def explore(browser: Browser, visits: int) -> dict[str, float]:
    """Return what opening Explore from Predict costs: seconds until its map is drawn, and MB, in a fresh profile."""
    seconds, megabytes = [], []
    with Server(OURS) as server:
        server.wait()
        for _ in range(visits):
            page, received = visitor_from_afar(browser)
            page.goto(server.address)
            page.wait_for_function(SHOWS, arg="picture 0", timeout=90_000)
            page.wait_for_timeout(2500)
            before, began = received[0], time.perf_counter()
            page.get_by_role("link", name="Explore").click()
            page.wait_for_selector(".st-key-cloud .cloud[data-ready]")
            seconds.append(time.perf_counter() - began)
            page.wait_for_timeout(2500)
            megabytes.append((received[0] - before) / 1e6)
            page.context.close()
    return {"seconds": statistics.median(seconds), "bytes": statistics.median(megabytes)}


def bulk_delay(browser: Browser, changes: int = 30) -> tuple[float, float]:
    """Return the median milliseconds of an index change, alone and while another visitor measures a network."""
    with Server(OURS) as server:
        server.wait()
        page, other = browser.new_page(), browser.new_page()
        page.goto(server.address)
        page.wait_for_function(SHOWS, arg="picture 0")
        other.goto(f"{server.address}/evaluate?view=Mistakes")
        page.wait_for_timeout(4000)
        medians, number = [], 0
        for busy in (False, True):
            times: list[float] = []
            while len(times) < changes:
                if busy and not other.get_by_text("of 10,000 pictures").count():
                    other.get_by_role("button", name="Measure again").click()
                    other.get_by_text("of 10,000 pictures").first.wait_for()
                number += 1
                times.append(page.evaluate(CHANGE, [f"picture {number}", None])[0])
                page.wait_for_timeout(100)
            medians.append(statistics.median(times))
        page.close()
        other.close()
        return medians[0], medians[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--changes", type=int, default=22)
    parser.add_argument("--apps", nargs="+", choices=tuple(FILES), default=[BARE, OURS, RIVAL])
    parser.add_argument("--other", type=Path, help="folder with another state of this app, measured in turn")
    args = parser.parse_args()
    args.apps = list(dict.fromkeys([BARE, *args.apps]))  # what all ratios are of
    turns = {app: (app, ROOT) for app in args.apps} | ({str(args.other): (OURS, args.other)} if args.other else {})
    found: dict[str, list[dict[str, float]]] = {name: [] for name in turns}
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        for _ in range(args.rounds):
            for name, (app, root) in turns.items():
                found[name].append(visit(browser, app, args.changes, root))
        moved = sliders(browser, args.changes)
        moved["Your garment, a stroke on the drawing board"] = drawing(browser, args.changes)
        alone, crowded = bulk_delay(browser)
        opened = explore(browser, args.rounds)
        browser.close()
    middle = {app: {k: statistics.median(v[k] for v in visits) for k in visits[0]} for app, visits in found.items()}
    print(f"Medians of {args.rounds} rounds, {machine()}\n")
    rows = [
        [
            app,
            f"{m['cold']:.1f} s ({m['cold'] / middle[BARE]['cold']:.2f} x)",
            "" if app == BARE else f"{m['cold_bars']:.1f} s",
            f"{m['change']:.0f} ms ({m['change'] / middle[BARE]['change']:.2f} x)",
            "" if app == BARE else f"{m['bars']:.0f} ms",
            f"{m['memory']:.0f} MB",
            f"{m['bytes']:.1f} MB",
        ]
        for app, m in middle.items()
    ]
    heads = [
        "",
        "cold start to first verdict",
        "to the first bars",
        "index change to new verdict",
        "to the bars beside it",
        "server memory",
        "to a cold browser",
    ]
    print(markdown(heads, rows))
    print(
        "\nFrom the click to the first frame that shows it, on this machine: the way through a network, and whatever "
        "the page draws after it, are left out. Server memory: this app's after a visit to every page.\n"
    )
    bare, floor = middle[BARE]["change"], moved[BARE_SLIDER]
    rows = [[n, f"{t:.0f} ms", f"{t / floor:.2f} x", f"{t / bare:.2f} x"] for n, t in moved.items()]
    print(markdown(["a slider, a stroke", "to its new figures", "of a bare slider", "of a bare index change"], rows))
    print(f"\nAn index change takes {alone:.0f} ms alone, {crowded:.0f} ms while another visitor measures a network.")
    print(
        f"\nExplore, opened from Predict: its map is interactive after {opened['seconds']:.2f} s; "
        f"{opened['bytes']:.2f} MB to the browser with all thumbnails."
    )


if __name__ == "__main__":
    main()

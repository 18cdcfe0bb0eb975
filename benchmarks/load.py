"""A lecture hall on two processors: `python -m benchmarks.load`.

Server and visitors share the same two processors. Each visitor changes the index every five seconds, and every answer
is checked against the truth: true class from the labels, predicted class from the stored logits. The bare app is
measured twice: in Streamlit's default configuration, and in this app's, which makes most of the difference. `--other
FOLDER` measures another state of this app in turn with this one.
"""

import argparse
import asyncio
import itertools
import os
import sys
import time
from pathlib import Path

from benchmarks.serving import BARE, BARE_CONFIGURED, OURS, ROOT, Server, machine, markdown
from benchmarks.uploads import Uploader
from benchmarks.visitors import come_and_go, crowd
from fmnist_core import CLASS_NAMES, default_network, load_card, load_stored_logits, load_test
from fmnist_core.photos import samples

GROWTH = 1.3  # times the memory after the first thousand actions
# Seconds after which nothing is known of those who left: `server.disconnectedSessionTTL`, and the collection after it.
LET_GO = 30.0


def truth() -> list[tuple[str, ...]]:
    """Return what the verdict on each test picture must say."""
    predicted = load_stored_logits(load_card(default_network())).test.argmax(axis=1)
    labels = load_test().labels
    return [
        (CLASS_NAMES[p], f"true class  {CLASS_NAMES[t]}", "Right" if p == t else "Wrong")
        for p, t in zip(predicted, labels, strict=True)
    ]


def percentile(times: list[float], share: float) -> float:
    """Return the time that a share of all does not exceed; infinite when there is none."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)] if times else float("inf")


def measure(
    app: str, visitors: int, actions: int, pause: float, processors: set[int], root: Path = ROOT
) -> tuple[list[str], int]:
    """Return the row of the table, and the number of errors."""
    with Server(app, processors, root=root) as server:
        server.wait()
        expected = truth() if app == OURS else None
        asyncio.run(crowd(server.address, expected, 1, 3, 0.2))  # the first visitor pays for the imports
        before = server.processor_seconds()
        times, errors = asyncio.run(crowd(server.address, expected, visitors, actions, pause))
        each = (server.processor_seconds() - before) / max(len(times) + visitors, 1)
        for line in sorted(set(errors))[:3]:
            print(line, file=sys.stderr)
        row = [
            app if root == ROOT else f"{app}, the other state",
            str(visitors),
            str(len(times)),
            f"{1000 * percentile(times, 0.5):.0f} ms",
            f"{1000 * percentile(times, 0.95):.0f} ms",
            f"{1000 * each:.0f} ms",
            f"{server.memory_mb():.0f} MB",
            str(len(errors)),
        ]
        return row, len(errors)


async def upload(address: str, count: int, at_once: int = 5) -> list[str]:
    """Let so many visitors come, upload a photo, read its answer and leave; return the errors."""
    content, errors, turn = samples.jpeg("Boot"), [], asyncio.Semaphore(at_once)

    async def one() -> None:
        async with turn, Uploader(address) as visitor:
            (slot,) = await visitor.slots(1)
            status, text = await visitor.put(slot, content)
            said = await visitor.run([(slot, "boot.jpg", len(content))])
            if "Ankle boot" not in said:
                errors.append(f"uploading: {status} {text[:100]}, the page says {said[:200]}")

    await asyncio.gather(*(one() for _ in range(count)))
    return errors


def endurance(processors: set[int], actions: int, visits: int, uploads: int) -> tuple[str, int]:
    """Return in words what happens to the memory over actions, short visits and uploads, and how much goes wrong."""
    with Server(OURS, processors) as server:
        server.wait()
        expected = truth()
        errors = asyncio.run(upload(server.address, 1))  # what a photo needs stays, however many follow
        errors += asyncio.run(crowd(server.address, expected, 20, 50, 0.01))[1]

        def memory() -> float:
            time.sleep(LET_GO)
            return server.memory_mb()

        levels = [memory()]
        errors += asyncio.run(crowd(server.address, expected, 20, actions // 20, 0.01))[1]
        levels.append(memory())
        errors += asyncio.run(come_and_go(server.address, visits))
        levels.append(memory())
        errors += asyncio.run(upload(server.address, uploads))
        levels.append(memory())
        if levels[-1] > GROWTH * levels[0]:
            errors.append(f"memory grew by more than {GROWTH} x")
        words = (
            f"Memory after 1,000 actions {levels[0]:.0f} MB, after {actions:,} more {levels[1]:.0f} MB, "
            f"after {visits:,} visits that came and went {levels[2]:.0f} MB, after {uploads} uploads "
            f"{levels[3]:.0f} MB "
            f"(each {LET_GO:g} s later; bound {GROWTH} x); {len(errors)} errors {'; '.join(sorted(set(errors)))[:300]}"
        )
        return words, len(errors)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, nargs="+", default=[100, 200, 400])
    parser.add_argument("--bare", type=int, nargs="*", default=[100], help="visitors of the bare app, for comparison")
    parser.add_argument("--actions", type=int, default=8, help="of each visitor")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between two actions of one visitor")
    parser.add_argument("--other", type=Path, help="folder with another state of this app, measured in turn")
    parser.add_argument("--no-endurance", action="store_true")
    parser.add_argument("--endurance-only", action="store_true")
    args = parser.parse_args()
    processors = set(sorted(os.sched_getaffinity(0))[:2])
    os.sched_setaffinity(0, processors)
    rows, failures = [], 0
    apps = ((OURS, args.visitors), (BARE, args.bare), (BARE_CONFIGURED, args.bare))
    for app, crowds in () if args.endurance_only else apps:
        roots = (ROOT, args.other.resolve()) if args.other and app == OURS else (ROOT,)
        for visitors, root in itertools.product(crowds, roots):
            row, errors = measure(app, visitors, args.actions, args.pause, processors, root)
            rows.append(row)
            failures += errors
    print(f"{machine()}, an action every {args.pause:g} s\n")
    print(markdown(["", "visitors", "answers", "p50", "p95", "processor a run", "server memory", "errors"], rows))
    if not args.no_endurance:
        words, errors = endurance(processors, 10_000, 1_000, 200)
        print("\n" + words)
        failures += errors
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

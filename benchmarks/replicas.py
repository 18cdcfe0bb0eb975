"""Two replicas behind HAProxy, and one that is killed: `python -m benchmarks.replicas`.

Replicas, HAProxy (`deploy/haproxy.cfg` as it is) and visitors share the same two processors. Each visitor changes the
index every five seconds; every answer is checked. In the last row a replica is killed half way: its visitors connect
again, must find their view, and the time that this takes counts as an answer.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

import websockets

from benchmarks.load import percentile, truth
from benchmarks.serving import OURS, ROOT, Server, free_port, machine, markdown
from benchmarks.visitors import Visitor, crowd

BOUNDS = {400: 0.2, 600: 1.0}  # visitors: seconds that 95 of 100 answers take at most
KILL_AT, KILL_BOUND = 300, 1.0


class Balanced:
    """HAProxy before two replicas, on the processors of this one."""

    def __init__(self) -> None:
        self.replicas = [Server(OURS), Server(OURS)]
        for replica in self.replicas:
            replica.wait()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        where = {f"FMNIST_REPLICA_{n}": replica.address[len("http://") :] for n, replica in enumerate(self.replicas, 1)}
        settings = {"FMNIST_BIND": f"127.0.0.1:{self.port}", "FMNIST_ADMIN": f"/tmp/fmnist-{self.port}.sock"} | where
        self.process = subprocess.Popen(
            ["haproxy", "-f", ROOT / "deploy" / "haproxy.cfg"], env=os.environ | settings, stdout=subprocess.DEVNULL
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2):
                return
            time.sleep(0.1)
        raise TimeoutError("HAProxy does not answer")

    def __enter__(self) -> "Balanced":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(20)
        for replica in self.replicas:
            replica.__exit__()


async def stays(address: str, expected: list[tuple[str, ...]], number: int, actions: int, pause: float, of: int):
    """Be a visitor who connects again when the connection breaks; return the seconds of every answer."""
    rng, times, here = random.Random(number), [], 0
    await asyncio.sleep(pause * number / of)
    visitor, left = Visitor(address, expected), actions
    await visitor.__aenter__()
    while left:
        wanted = rng.randrange(10_000)
        await asyncio.sleep(pause * rng.uniform(0.9, 1.1))
        try:
            times.append(await visitor.show(wanted))
            here, left = wanted, left - 1
        except websockets.ConnectionClosed:
            began = time.perf_counter()
            words = (f"picture {here}", *expected[here])
            visitor = Visitor(address, expected, query=f"index={here}", wanted=[words])
            await visitor.__aenter__()
            times.append(time.perf_counter() - began)
    await visitor.__aexit__()
    return times


async def killed(balanced: Balanced, expected: list[tuple[str, ...]], visitors: int, actions: int, pause: float):
    """Return the seconds of all answers and the errors, while one replica is killed half way."""
    work = [
        asyncio.create_task(stays(balanced.address, expected, number, actions, pause, visitors))
        for number in range(visitors)
    ]
    await asyncio.sleep(pause * (1 + actions / 2))
    balanced.replicas[0].process.kill()
    found = await asyncio.gather(*work, return_exceptions=True)
    times = [seconds for each in found if isinstance(each, list) for seconds in each]
    return times, [f"{type(each).__name__}: {each}" for each in found if isinstance(each, BaseException)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, nargs="*", default=list(BOUNDS))
    parser.add_argument("--kill-at", type=int, default=KILL_AT, help="visitors when a replica is killed")
    parser.add_argument("--actions", type=int, default=8, help="of each visitor")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between two actions of one visitor")
    args = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    expected, rows, failed = truth(), [], 0
    for visitors, kill in (*((number, False) for number in args.visitors), (args.kill_at, True)):
        with Balanced() as balanced:
            for replica in balanced.replicas:  # the first visitor of each pays for the imports
                asyncio.run(crowd(replica.address, expected, 1, 3, 0.2))
            doing = killed if kill else lambda balanced, *rest: crowd(balanced.address, *rest)
            times, errors = asyncio.run(doing(balanced, expected, visitors, args.actions, args.pause))
        p95, bound = percentile(times, 0.95), KILL_BOUND if kill else BOUNDS.get(visitors)
        failed += bool(errors) or (bound is not None and p95 > bound)
        for line in sorted(set(errors))[:3]:
            print(line, file=sys.stderr)
        words = f"{visitors}, one replica killed" if kill else str(visitors)
        limit = f"{1000 * bound:.0f} ms" if bound else ""
        rows.append(
            [
                words,
                str(len(times)),
                f"{1000 * p95:.0f} ms",
                limit,
                f"{1000 * max(times, default=0):.0f} ms",
                str(len(errors)),
            ]
        )
    print(f"{machine()}, an action every {args.pause:g} s\n")
    print(markdown(["visitors", "answers", "p95", "bound", "longest", "errors"], rows))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

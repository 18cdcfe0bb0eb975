"""What one run costs the server: `python -m benchmarks.run_cost`.

One visitor changes the index as fast as answers come, on this app and on the bare app with our configuration, in turn;
what it receives is counted, and the processor time of the server. Then newcomers arrive, one after the other: how long
is their first run? `--other FOLDER` adds another state of this app.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks import protocol
from benchmarks.serving import BARE_CONFIGURED, OURS, Server, machine, markdown

WARM_UP = 6.0  # seconds in which a server imports what other pages need
BOUND, AIM = 2.0, 1.5  # times the bare app's processor time
NEWCOMERS, FIRST_RUN_MS = 20, 60.0  # and the bound of their first run


async def first_run(server: Server) -> float:
    """Return the median milliseconds of a newcomer's first run."""
    times = []
    for _ in range(NEWCOMERS):
        async with protocol.conversation(server.address) as socket:
            message, began = BackMsg(), time.perf_counter()
            message.rerun_script.SetInParent()
            async for _ in protocol.run(socket, message):
                pass
            times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


async def measure(server: Server, runs: int, rounds: int) -> AsyncIterator[tuple[float, float, float]]:
    """Yield of each round the milliseconds of processor a run, its kB, and its milliseconds until it has ended."""
    async with protocol.conversation(server.address) as socket:
        widget = fragment = ""
        known: dict[str, None] = {}  # messages that a browser keeps

        async def run(index: int | None) -> int:
            nonlocal widget, fragment
            message, received = BackMsg(), 0
            message.rerun_script.cached_message_hashes.extend(known)
            if index is not None:
                state = message.rerun_script.widget_states.widgets.add()
                state.id, state.double_value = widget, index
                message.rerun_script.fragment_id = fragment  # as a browser does
            async for forward in protocol.run(socket, message):
                received += forward.ByteSize()
                if forward.metadata.cacheable:
                    known[forward.hash] = None
                element = forward.delta.new_element
                if element.WhichOneof("type") == "number_input" and "index" in element.number_input.id:
                    widget, fragment = element.number_input.id, forward.delta.fragment_id
            return received

        for index in (None, *range(20)):
            await run(index)
        for first in range(100, 100 + rounds * runs, runs):
            before, began, received = server.processor_seconds(), time.perf_counter(), 0
            for index in range(first, first + runs):
                received += await run(index)
            took, used = time.perf_counter() - began, server.processor_seconds() - before
            yield 1000 * used / runs, received / runs / 1000, 1000 * took / runs


async def compare(
    servers: dict[str, Server], runs: int, rounds: int
) -> tuple[dict[str, list[tuple[float, float, float]]], dict[str, float]]:
    """Return of each server what `measure` yields, and the milliseconds of a newcomer's first run."""
    await asyncio.sleep(WARM_UP)
    turns = {name: measure(server, runs, rounds) for name, server in servers.items()}
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, turn in turns.items():
            found[name].append(await anext(turn))
    return found, {name: await first_run(server) for name, server in servers.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="of a round")
    parser.add_argument("--rounds", type=int, default=5, help="of each app, in turn; the median counts")
    parser.add_argument("--other", type=Path, help="folder with another state of this app")
    args = parser.parse_args()
    with ExitStack() as end:
        servers = {name: end.enter_context(Server(name)) for name in (OURS, BARE_CONFIGURED)}
        if args.other:
            servers[str(args.other)] = end.enter_context(Server(OURS, root=args.other))
        for server in servers.values():
            server.wait()
        found, first = asyncio.run(compare(servers, args.runs, args.rounds))
    medians = {name: [statistics.median(part) for part in zip(*each, strict=True)] for name, each in found.items()}
    ratio = {name: numbers[0] / medians[BARE_CONFIGURED][0] for name, numbers in medians.items()}
    rows = [
        [name, f"{used:.1f} ms", f"{ratio[name]:.1f}", f"{size:.1f} kB", f"{took:.0f} ms", f"{first[name]:.0f} ms"]
        for name, (used, size, took) in medians.items()
    ]
    print(machine() + "\n")
    print(markdown(["", "processor a run", "times bare", "received a run", "until it has ended", "a first run"], rows))
    print(f"\nAt most {BOUND:g} times the bare app: {'yes' if ratio[OURS] <= BOUND else 'no'} (aim {AIM:g}).")
    print(f"A first run within {FIRST_RUN_MS:g} ms: {'yes' if first[OURS] <= FIRST_RUN_MS else 'no'}.")
    return int(ratio[OURS] > BOUND or first[OURS] > FIRST_RUN_MS)


if __name__ == "__main__":
    sys.exit(main())

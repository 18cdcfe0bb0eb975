#!/usr/bin/env python3
"""Restart all replicas behind HAProxy, one after the other; nobody's view is lost: `sudo deploy/rolling_restart.py`.

Newcomers go elsewhere first, then those who are still there are moved: their browsers connect again within a second,
to another replica, and draw the same view from its address. Uploaded pictures are in a replica's memory: `--patience`
waits until those who have one are gone. Python's standard library alone.
"""

import argparse
import csv
import io
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

BACKEND = "replicas"


class HAProxy:
    """The runtime socket of a running HAProxy."""

    def __init__(self, path: Path):
        self.path = path

    def say(self, command: str) -> str:
        """Send one command, return the answer."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(self.path))
            line.sendall(f"{command}\n".encode())
            answer = b""
            while part := line.recv(65536):
                answer += part
        return answer.decode().strip()

    def replicas(self) -> dict[str, dict[str, str]]:
        """Return what HAProxy knows of each replica, by name: `addr`, `status`, `scur` (connections) and more."""
        rows = csv.DictReader(io.StringIO(self.say("show stat").removeprefix("# ")))
        found = {row["svname"]: row for row in rows if row["pxname"] == BACKEND and row["addr"]}
        return {name: row for name, row in found.items() if row["addr"] not in ("", ":0")}

    def state(self, name: str, state: str) -> None:
        """Set a replica's state: ready, drain or maint."""
        answer = self.say(f"set server {BACKEND}/{name} state {state}")
        if answer:
            raise RuntimeError(f"HAProxy was to set {name} to {state}, and said: {answer}")


def wait(done: Callable[[], bool], seconds: float) -> bool:
    """Ask twice a second until it is done; return whether it was in time."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.5)
    return True


def is_healthy(address: str) -> bool:
    """Return whether a replica answers for itself."""
    with suppress(OSError), urllib.request.urlopen(f"http://{address}/_stcore/health", timeout=2) as answer:
        return bool(answer.read() == b"ok")
    return False


def restart_all(proxy: HAProxy, restart: Callable[[str], object], patience: float) -> None:
    """Restart the replicas in turn.

    Args:
        proxy: in front of them.
        restart: restarts one replica, told its address:port.
        patience: seconds that those who are on a replica may stay before they are moved.

    Raises:
        RuntimeError: a replica does not come back within two minutes; the others are left as they are.
    """
    for name, facts in proxy.replicas().items():
        if len(working(proxy) - {name}) == 0:
            raise RuntimeError(f"another replica that works was expected before {name} is restarted")
        print(f"{name} ({facts['addr']}): newcomers go elsewhere", flush=True)
        proxy.state(name, "drain")
        wait(lambda name=name: proxy.replicas()[name]["scur"] == "0", patience)  # type: ignore[misc]
        moved = proxy.replicas()[name]["scur"]
        proxy.state(name, "maint")
        proxy.say(f"shutdown sessions server {BACKEND}/{name}")
        print(f"{name}: {moved} connections moved; restarting", flush=True)
        restart(facts["addr"])
        if not wait(lambda facts=facts: is_healthy(facts["addr"]), 120):  # type: ignore[misc]
            raise RuntimeError(f"{name} ({facts['addr']}) does not answer after its restart")
        proxy.state(name, "ready")
        wait(lambda name=name: name in working(proxy), 10)  # type: ignore[misc]
        print(f"{name}: back", flush=True)


def working(proxy: HAProxy) -> set[str]:
    """Return the names of the replicas that HAProxy has found well, and sends newcomers to.

    One that it has not asked yet counts as UP there: its check says INI, or * INI while it is being asked.
    """
    facts = proxy.replicas().items()
    return {name for name, of in facts if of["status"].startswith("UP") and not of["check_status"].endswith("INI")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", type=Path, default=Path("/run/haproxy/admin.sock"))
    parser.add_argument(
        "--command", default="systemctl restart fmnist@{port}", help="restarts the one at {address}:{port}"
    )
    parser.add_argument("--patience", type=float, default=60.0, help="seconds until visitors are moved (60)")
    args = parser.parse_args()

    def restart(where: str) -> None:
        address, _, port = where.rpartition(":")
        subprocess.run(args.command.format(address=address, port=port), shell=True, check=True)

    try:
        restart_all(HAProxy(args.socket), restart, args.patience)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as problem:
        print(f"rolling restart: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Replicas of the app behind Debian's HAProxy, with the very file of `deploy/`."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.serving import free_port
from tests.drivers import ROOT, AppServer, absent

_SPEC = importlib.util.spec_from_file_location("rolling_restart", ROOT / "deploy" / "rolling_restart.py")
rolling_restart = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(rolling_restart)


class Balanced:
    """HAProxy on a free port, before replicas that can be killed and started again.

    Attributes:
        address: of HAProxy, http://….
        proxy: its runtime socket.
        replicas: the servers, by their address:port.
    """

    def __init__(self, replicas: int = 2, others: tuple[str, ...] = (), **settings: str):
        """Start so many replicas, and HAProxy before them and `others`, address:port, which somebody else serves."""
        if shutil.which("haproxy") is None:
            absent("HAProxy is needed (Debian package haproxy)")
        self._folder = tempfile.TemporaryDirectory()
        self.replicas: dict[str, AppServer] = {}
        self._others = others
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            for _ in range(replicas):
                self.start(f"127.0.0.1:{free_port()}")
            port = free_port()
            self.address = f"http://127.0.0.1:{port}"
            socket = Path(self._folder.name) / "admin.sock"
            settings = {"FMNIST_BIND": f"127.0.0.1:{port}", "FMNIST_ADMIN": str(socket)} | settings
            settings |= {f"FMNIST_REPLICA_{n}": where for n, where in enumerate((*self.replicas, *others), 1)}
            self.process = subprocess.Popen(
                ["haproxy", "-f", ROOT / "deploy" / "haproxy.cfg"], env=os.environ | settings, stdout=subprocess.DEVNULL
            )
            self.proxy = rolling_restart.HAProxy(socket)
            assert rolling_restart.wait(self._ready, 30), "HAProxy did not find its replicas"
            undo.pop_all()

    def _ready(self) -> bool:
        with contextlib.suppress(OSError):
            return len(rolling_restart.working(self.proxy)) == len(self.replicas) + len(self._others)
        return False

    def start(self, where: str) -> None:
        """Start a replica at an address:port, for the first time or again."""
        self.replicas[where] = AppServer(ROOT, int(where.rpartition(":")[2]))

    def kill(self, where: str) -> None:
        """End a replica without a warning."""
        self.replicas[where].process.kill()
        self.replicas[where].process.wait(20)

    def restart(self, where: str) -> None:
        """Stop a replica as systemd does, and start it again."""
        self.replicas[where].stop()
        self.start(where)

    def connections(self) -> dict[str, int]:
        """Return how many connections each replica has, by its address:port."""
        return {row["addr"]: int(row["scur"]) for row in self.proxy.replicas().values()}

    def stop(self) -> None:
        for server in self.replicas.values():
            server.process.kill()
            server.process.wait(20)
        if hasattr(self, "process"):
            self.process.terminate()
            self.process.wait(20)
        self._folder.cleanup()

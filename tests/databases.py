"""A PostgreSQL server of the tests' own, in a folder that goes with it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from benchmarks.serving import free_port
from tests.drivers import absent

ACCOUNT = "postgres"  # made by Debian's package; PostgreSQL does not run as root


def programs() -> Path:
    """Return the folder of PostgreSQL's programs."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")), shutil.which("initdb")]
    if found[0] is None:
        absent("PostgreSQL is needed (Debian package postgresql)")
    return Path(str(found[0])).parent


class Postgres:
    """A server on a free port of this machine; `stop` and `start` are what a failure looks like."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="class-postgres-"))
        self.programs = programs()
        self._as = ["runuser", "-u", ACCOUNT, "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self.folder, ACCOUNT)
        self.port = free_port()
        self._run(
            "initdb", "-D", f"{self.folder}/data", "-U", ACCOUNT, "-A", "trust", "-N", "--no-locale", "-E", "UTF8"
        )
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self.programs / program), *arguments]
        # Its own children would keep a pipe open.
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            subprocess.run(command, cwd="/", check=True, stdout=log, stderr=log, timeout=120)

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-o", options, "-l", f"{self.folder}/log", "start")

    def stop(self) -> None:
        """Stop as a crash would: connections break, nothing is put in order."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "stop")

    def new_database(self, name: str) -> str:
        """Return the address of a new, empty database."""
        address = f"postgresql://{ACCOUNT}@127.0.0.1:{self.port}"
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"{address}/{name}"

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)
        (self.folder.parent / f"{self.folder.name}.log").unlink()

"""Where a class is kept: SQLite or PostgreSQL, its tables brought up to date, its bad moments waited out."""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)

from fmnist_core.classroom.errors import Unavailable
from fmnist_core.classroom.place import sqlite_file

PATIENCE = 4.0  # seconds for which a database that is locked, full or away is asked again
# A server that has lost its power says nothing, and the system would wait for it a quarter of an hour.
_ALIVE = {
    "connect_timeout": 2,
    "tcp_user_timeout": int(1000 * PATIENCE),
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
}
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 748_211_904  # any number: who migrates a PostgreSQL database holds the lock of this name
_MIGRATING = threading.Lock()  # Alembic keeps the connection that it works on for the whole process

T = TypeVar("T")


def database_url(environment: Mapping[str, str] = os.environ) -> sa.URL:
    """Return where the class is kept: `FMNIST_DATABASE_URL`, else a SQLite file.

    Raises:
        ValueError: the variable names neither SQLite nor PostgreSQL.
    """
    if not environment.get("FMNIST_DATABASE_URL"):
        return sa.URL.create("sqlite", database=str(sqlite_file(environment)))
    try:
        url = sa.make_url(environment["FMNIST_DATABASE_URL"])
    except SQLAlchemyError:
        url = sa.URL.create("")
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "postgresql" and not (url.get_backend_name() == "sqlite" and url.database):
        raise ValueError(
            "FMNIST_DATABASE_URL must be like postgresql://user:password@host/name, or a SQLite file"
        )  # never echoed
    return url


class Database:
    """A database that is asked again, within limits, when it cannot answer; safe to share between threads.

    Its tables are made or brought up to date when it is first used.
    """

    def __init__(self, url: sa.URL, patience: float = PATIENCE):
        """Take note of the address; nothing is opened yet.

        Args:
            url: of SQLite or PostgreSQL.
            patience: seconds for which a failure is tried again.
        """
        self.patience = patience
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._ready = False
        if self.is_sqlite:
            self._file = Path(url.database or "").absolute()
            # mode=rw: a file that is away for a moment is not replaced by an empty one.
            place = sa.URL.create(
                "sqlite", database=f"file:{quote(str(self._file))}", query={"mode": "rw", "uri": "true"}
            )
            self._engine = sa.create_engine(place, connect_args={"timeout": 1.0}, pool_size=8, max_overflow=24)
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)
        else:
            self._engine = sa.create_engine(
                url, pool_size=8, max_overflow=8, pool_timeout=patience, connect_args=_ALIVE
            )

    def read(self, ask: Callable[[sa.Connection], T]) -> T:
        """Return what `ask` finds in one transaction.

        Raises:
            Unavailable: the database did not answer for `patience` seconds.
        """
        return self._patiently(ask, writes=False)

    def write(self, change: Callable[[sa.Connection], T]) -> T:
        """Return what `change` returns once its transaction is stored; it may be called again after a failure.

        Raises:
            Unavailable: nothing could be stored for `patience` seconds.
        """
        return self._patiently(change, writes=True)

    def sweep(self) -> None:
        """Have nothing of what was deleted left in a file: SQLite's log of changes still holds it.

        While others read, the log stays as it is, until the next time.
        """
        if self.is_sqlite:
            with suppress(SQLAlchemyError, sqlite3.Error, OSError), self._engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None  # it was just connected
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _patiently(self, work: Callable[[sa.Connection], T], writes: bool) -> T:
        end, pause = time.monotonic() + self.patience, 0.02
        while True:
            try:
                if not self._ready:
                    self._migrate()
                with self._engine.connect().execution_options(writes=writes) as connection, connection.begin():
                    return work(connection)
            except (OperationalError, InterfaceError, InternalError, IntegrityError, TimeoutError, OSError) as problem:
                cause: Exception = problem
            except DBAPIError as problem:  # a connection that broke may say so in other ways
                if not problem.connection_invalidated:
                    raise
                cause = problem
            if time.monotonic() + pause > end:
                raise Unavailable(
                    "The class's database does not answer just now. What was accepted is kept; try again in a moment."
                ) from cause
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, 0.5)

    def _migrate(self) -> None:
        if self.is_sqlite:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file.touch(mode=0o600)
        connect = self._engine.connect
        with _MIGRATING, connect().execution_options(writes=True) as connection, connection.begin():
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            upgrade(connection)
        self._ready = True


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the tables of a database up to a revision, within the transaction that the connection is in."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)

    def steps(current, context):
        return scripts._upgrade_revs(revision, current)

    with EnvironmentContext(config, scripts, fn=steps, destination_rev=revision) as environment:
        environment.configure(connection=connection, version_table="class_schema")
        environment.run_migrations()


def _prepare_sqlite(connection, _record) -> None:
    """Set a new connection up: readers beside a writer, deleted answers overwritten, transactions begun by us."""
    connection.isolation_level = None
    for rule in (
        "journal_mode=WAL",
        "synchronous=NORMAL",  # what was accepted outlives a kill of the server; FULL would wait for the disk each time
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {rule}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

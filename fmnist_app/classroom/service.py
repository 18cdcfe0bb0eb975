"""The rooms of this server: one database for all visitors; ended rooms are deleted in the background."""

import logging
import threading
from contextlib import suppress
from functools import cached_property

from fmnist_core.classroom.answers import Answers
from fmnist_core.classroom.database import Database, database_url
from fmnist_core.classroom.errors import ClassError
from fmnist_core.classroom.rooms import Rooms

PURGE_EVERY = 300.0  # seconds


class School:
    """Rooms and answers in the database that the environment names; it is opened when it is first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _database(self) -> Database:
        threading.Thread(target=self._purge, daemon=True).start()
        return Database(database_url())

    @property
    def rooms(self) -> Rooms:
        with self._lock:
            return Rooms(self._database)

    @property
    def answers(self) -> Answers:
        with self._lock:
            return Answers(self._database)

    def _purge(self) -> None:
        while True:
            try:
                self.rooms.purge()
            except Exception as problem:  # whatever it is: what is promised to be deleted is tried again
                logging.getLogger(__name__).warning("ended rooms could not be deleted: %s", problem)
            threading.Event().wait(PURGE_EVERY)


SCHOOL = School()


def purge_leftovers() -> None:
    """Delete what an earlier server left of rooms that have ended; an absent database is told when somebody asks."""
    with suppress(ClassError):
        SCHOOL.rooms.purge()

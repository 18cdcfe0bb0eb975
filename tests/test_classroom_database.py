"""A class's database in its bad moments: locked, full, away; what was accepted stays, and nothing is half done."""

import sqlite3
import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa

from fmnist_app.classroom import service
from fmnist_core.classroom.activities import Activity, Answer
from fmnist_core.classroom.answers import Answers
from fmnist_core.classroom.database import Database, database_url
from fmnist_core.classroom.errors import Unavailable
from fmnist_core.classroom.rooms import Rooms
from tests.drivers import ROOT, until

PLAN = (Activity("predict", (32,)),)
VOTE, OTHER = Answer(choice=3, confidence=75), Answer(choice=5, confidence=95)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "class" / "class.sqlite"


@pytest.fixture
def database(file):
    found = Database(database_url({"FMNIST_CLASS_DIR": str(file.parent)}), patience=0.5)
    yield found
    found.close()


def one_vote(database):
    """Return a room with one accepted vote, the seat's token, and the answers."""
    school, answers = Rooms(database), Answers(database)
    room, secret = school.open(PLAN, "resnet", 7)
    school.go(room, 0, "question")
    room = school.remote(secret)
    token = school.join(room.code, "here")[2]
    answers.give(token, 0, 1, 0, VOTE)
    return room, token, answers


def test_a_standby_that_refuses_to_write_is_asked_again(database):
    asked = []

    def change(connection):
        asked.append(connection)
        if len(asked) < 3:
            raise sa.exc.InternalError("DELETE", {}, Exception("cannot execute DELETE in a read-only transaction"))
        return 7

    assert database.write(change) == 7
    assert len(asked) == 3


def test_ended_rooms_are_deleted_after_whatever_went_wrong_before(monkeypatch, tmp_path):
    monkeypatch.setenv("FMNIST_CLASS_DIR", str(tmp_path))
    monkeypatch.setattr(service, "PURGE_EVERY", 0.01)
    tried = []

    def purge(rooms):
        tried.append(rooms)
        if len(tried) < 3:
            raise sa.exc.DatabaseError("DELETE", {}, Exception("database disk image is malformed"))

    monkeypatch.setattr(Rooms, "purge", purge)
    assert service.School().rooms
    until(lambda: len(tried) > 3)


def test_a_locked_database_gets_a_sentence_and_then_the_answer(database, file):
    room, token, answers = one_vote(database)
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="What was accepted is kept"):
        answers.give(token, 0, 1, 0, OTHER)
    assert [g.answer for g in answers.given(room)] == [VOTE]  # readers are not held up
    database.patience = 30
    threading.Timer(0.3, other.execute, ["ROLLBACK"]).start()
    answers.give(token, 0, 1, 0, OTHER)
    assert [g.answer for g in answers.given(room)] == [OTHER]


def test_a_full_disk_gets_a_sentence_and_loses_nothing(database):
    room, _, answers = one_vote(database)
    full = sa.event.listens_for(database._engine, "begin")

    @full
    def no_more_pages(connection):
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # as many as there are

    school = Rooms(database)
    with pytest.raises(Unavailable):
        any(school.open(PLAN * 40, "resnet", 7) is None for _ in range(400))  # goes on until there is no place
    sa.event.remove(database._engine, "begin", no_more_pages)
    database.close()
    assert [g.answer for g in answers.given(room)] == [VOTE]


def test_a_file_that_is_away_is_not_replaced_by_an_empty_one(database, file):
    room, token, answers = one_vote(database)
    database.close()
    away = file.parent.rename(file.parent.with_name("away"))
    with pytest.raises(Unavailable):
        answers.give(token, 0, 1, 0, OTHER)
    assert not file.exists()
    away.rename(file.parent)
    assert [g.answer for g in answers.given(room)] == [VOTE]
    answers.give(token, 0, 1, 0, OTHER)


def test_a_postgresql_that_is_away_for_a_while_gets_a_sentence_and_loses_nothing():
    from tests.databases import Postgres

    server = Postgres()
    try:
        database = Database(database_url({"FMNIST_DATABASE_URL": server.new_database("class")}), patience=1.0)
        room, token, answers = one_vote(database)
        server.stop()
        with pytest.raises(Unavailable):
            answers.give(token, 0, 1, 0, OTHER)
        database.patience = 60
        back = threading.Timer(0.5, server.start)
        back.start()
        answers.give(token, 0, 1, 0, OTHER)  # asked again until it is back
        back.join()
        assert [g.answer for g in answers.given(room)] == [OTHER]
        database.close()
    finally:
        server.close()


def test_what_was_accepted_outlives_a_kill(file):
    code = f"""
import os, signal
from fmnist_core.classroom.activities import Activity, Answer
from fmnist_core.classroom.answers import Answers
from fmnist_core.classroom.database import Database, database_url
from fmnist_core.classroom.rooms import Rooms
database = Database(database_url({{"FMNIST_CLASS_DIR": {str(file.parent)!r}}}))
school, answers = Rooms(database), Answers(database)
room, secret = school.open((Activity("predict", (32,)),), "resnet", 7)
school.go(room, 0, "question")
for k in range(20):
    token = school.join(room.code, "here")[2]
    answers.give(token, 0, 1, 0, Answer(choice=k % 10, confidence=75))
print(secret, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == -9, done.stderr
    database = Database(database_url({"FMNIST_CLASS_DIR": str(file.parent)}))
    room = Rooms(database).remote(done.stdout.strip())
    assert sorted(g.answer.choice for g in Answers(database).given(room)) == sorted([*range(10)] * 2)
    database.close()


def test_the_file_is_its_owners_alone(database, file):
    one_vote(database)
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)


@pytest.mark.parametrize("address", ["mysql://u:hunter2@h/x", "sqlite://", "hunter2", "://hunter2"])
def test_another_kind_of_database_is_refused_without_its_password(address):
    with pytest.raises(ValueError, match="FMNIST_DATABASE_URL must be like") as problem:
        database_url({"FMNIST_DATABASE_URL": address})
    assert "hunter2" not in str(problem.value)


def test_no_library_of_databases_is_loaded_before_a_class_needs_it():
    code = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("streamlit_app.py", default_timeout=60).run()
assert not app.exception, app.exception
from fmnist_app import loading, startup
loading.most_pages()
loading.garment()
print(*(m for m in ("sqlalchemy", "alembic", "psycopg") if m in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""

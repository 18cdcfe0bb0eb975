"""Rooms, seats and answers, on SQLite and on PostgreSQL alike."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from fmnist_core.classroom import activities, codes, rooms
from fmnist_core.classroom.activities import Activity, Answer
from fmnist_core.classroom.animals import ANIMALS, MAX_SEATS
from fmnist_core.classroom.answers import Answers
from fmnist_core.classroom.database import Database, database_url, upgrade
from fmnist_core.classroom.errors import Refusal
from fmnist_core.classroom.rooms import Rooms
from fmnist_core.classroom.tables import ANSWERS, GUESSES, METADATA, ROOMS, SEATS

PLAN = (
    Activity("predict", (32,)),
    Activity("beat", tuple(range(12))),
    Activity("break", (5,), "rotate"),
    Activity("fool", (5,)),
    Activity("exit", (), "sure"),
)
VOTE = Answer(choice=3, confidence=75)


@pytest.fixture
def database(class_address):
    found = Database(database_url({"FMNIST_DATABASE_URL": class_address}))
    yield found
    found.close()


@pytest.fixture
def school(database):
    return Rooms(database), Answers(database)


def opened(school):
    """Return a room at its first question, and its secret."""
    room, secret = school.open(PLAN, "resnet", 7)
    school.go(room, 0, activities.QUESTION)
    return school.remote(secret), secret


def test_a_room_is_found_by_code_secret_and_projector_token_and_by_nothing_else(school):
    school, _ = school
    room, secret = opened(school)
    show = codes.projector_token(secret)
    assert school.remote(secret) == school.projector(show) == room
    assert (room.step, room.phase) == (0, activities.QUESTION)
    assert school.by_code(f" {codes.spell(room.code).lower()} ", "here") == room
    assert room.plan == PLAN
    for wrong in (show, room.code, "", "x" * 5000, "\x00", "é\ud800"):
        with pytest.raises(Refusal, match="opens no room"):
            school.remote(wrong)
    with pytest.raises(Refusal, match="nothing to show"):
        school.projector(secret)


def test_the_database_holds_no_secret_and_no_token(school, database):
    school, _ = school
    room, secret = opened(school)
    _, _, token = school.join(room.code, "here")
    held = database.read(lambda c: [str(c.execute(sa.select(table)).all()) for table in METADATA.tables.values()])
    for key in (secret, token, codes.projector_token(secret)):
        assert key not in "".join(held)


def test_a_code_has_thirty_bits_and_more():
    assert len(codes.ALPHABET) ** codes.CODE_LENGTH > 2**30
    assert len({codes.new_code() for _ in range(500)}) == 500


def test_a_seat_is_restored_by_its_token_and_has_a_name_of_its_own(school):
    school, _ = school
    room, _ = opened(school)
    seats = [school.join(room.code, "here") for _ in range(30)]
    assert len({seat.name for _, seat, _ in seats}) == 30
    for _, seat, token in seats[:3]:
        assert school.seat(token) == (room, seat)
    with pytest.raises(Refusal, match="not there any more"):
        school.seat(codes.new_token())


def test_thirty_join_at_once_and_nobody_shares_a_seat(school):
    school, _ = school
    room, _ = opened(school)
    with ThreadPoolExecutor(30) as pool:
        seats = list(pool.map(lambda _: school.join(room.code, "here")[1], range(30)))
    assert len({seat.number for seat in seats}) == 30


def test_the_last_seat_is_the_two_hundredth(school, database):
    school, _ = school
    room, _ = opened(school)
    rows = [{"room_id": room.id, "number": k, "token_hash": str(k), "muted": False, "joined_at": 0} for k in range(199)]
    database.write(lambda c: c.execute(SEATS.insert(), rows))
    assert school.join(room.code, "here")[1].name == ANIMALS[MAX_SEATS - 1]
    with pytest.raises(Refusal, match="All 200 seats"):
        school.join(room.code, "here")


def test_a_locked_room_takes_nobody_and_keeps_those_who_are_there(school):
    school, answers = school
    room, _ = opened(school)
    _, _, token = school.join(room.code, "here")
    school.lock(room, True)
    with pytest.raises(Refusal, match="locked"):
        school.join(room.code, "here")
    answers.give(token, 0, 1, 0, VOTE)
    school.lock(room, False)
    school.join(room.code, "here")
    assert len(school.seats(room)) == 2


def test_guessed_codes_are_counted_by_place_and_refused(school):
    school, _ = school
    room, _ = opened(school)
    for k in range(rooms.MAX_GUESSES):
        with pytest.raises(Refusal, match=r"no room|has 7 letters"):
            school.by_code("ZZZZZZZ" if k % 2 else "O0O0", "there")
    with pytest.raises(Refusal, match="Too many wrong codes"):
        school.by_code(room.code, "there")
    assert school.by_code(room.code, "elsewhere") == room


def test_every_answer_is_counted_once_and_the_last_one_counts(school):
    school, answers = school
    room, _ = opened(school)
    _, seat, token = school.join(room.code, "here")
    for choice in (1, 1, 6):
        answers.give(token, 0, 1, 0, Answer(choice=choice, confidence=50))
    (given,) = answers.given(room)
    assert (given.number, given.answer.choice, given.answer.confidence) == (seat.number, 6, 50)


def test_two_hundred_answers_at_once_are_all_there(school, database):
    school, answers = school
    room, _ = opened(school)
    tokens = [school.join(room.code, "here")[2] for _ in range(20)]
    school.go(room, 1, activities.QUESTION)
    database.patience = 60  # of a busy machine
    sent = [(token, question) for question in range(10) for token in tokens]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda vote: answers.give(vote[0], 1, 1, vote[1], VOTE), sent))
    given = answers.given(room)
    assert len(given) == 200
    assert len({(g.number, g.question) for g in given}) == 200
    assert database.read(lambda c: c.scalar(sa.select(sa.func.sum(ANSWERS.c.revision)))) == 200


def test_an_answer_after_the_close_gets_a_sentence_and_is_not_counted(school):
    school, answers = school
    room, secret = opened(school)
    _, _, token = school.join(room.code, "here")
    answers.give(token, 0, 1, 0, VOTE)
    school.go(room, 0, activities.CLOSED)
    for step, voting_round in ((0, 1), (0, 2), (1, 1)):
        with pytest.raises(Refusal, match="closed"):
            answers.give(token, step, voting_round, 0, Answer(choice=1, confidence=95))
    school.go(school.remote(secret), 0, activities.AGAIN)
    with pytest.raises(Refusal, match="closed"):
        answers.give(token, 0, 1, 0, VOTE)
    answers.give(token, 0, 2, 0, Answer(choice=9, confidence=95))
    assert [(g.round, g.answer.choice) for g in answers.given(school.remote(secret))] == [(1, 3), (2, 9)]


@pytest.mark.parametrize(
    ("step", "question", "answer"),
    [
        (0, 0, Answer(choice=10, confidence=75)),
        (0, 0, Answer(choice=-1, confidence=75)),
        (0, 0, Answer(choice=True, confidence=75)),
        (0, 0, Answer(choice=2.0, confidence=75)),
        (0, 0, Answer(choice="2", confidence=75)),
        (0, 0, Answer(choice=2, confidence=76)),
        (0, 0, Answer(choice=2)),
        (0, 1, VOTE),
        (0, -1, VOTE),
        (0, None, VOTE),
        (0, 10**30, VOTE),
        (1, 12, VOTE),
        (2, 0, Answer(value=float("nan"))),
        (2, 0, Answer(value=float("inf"))),
        (2, 0, Answer(value=181)),
        (2, 0, Answer(value=10, choice=1)),
        (3, 0, Answer(choice=1, value=0.5, drawing=b"1" * 783)),
        (3, 0, Answer(choice=1, value=0.5, drawing="1" * 784)),
        (3, 0, Answer(choice=1, value=1.5, drawing=b"1" * 784)),
        (4, 0, Answer(choice=4)),
    ],
)
def test_whatever_a_browser_sends_that_is_no_answer_is_refused(school, step, question, answer):
    school, answers = school
    room, _ = opened(school)
    _, _, token = school.join(room.code, "here")
    if step:
        school.go(room, step, activities.QUESTION)
    with pytest.raises(Refusal, match=r"no answer|no question"):
        answers.give(token, step, 1, question, answer)
    assert answers.given(room) == []


def test_every_kind_of_answer_comes_back_as_it_was_given(school):
    school, answers = school
    room, secret = opened(school)
    _, seat, token = school.join(room.code, "here")
    sent = (VOTE, VOTE, Answer(value=31.0), Answer(choice=8, value=0.97, drawing=bytes(range(256)) * 3 + b"\0" * 16))
    for step, answer in enumerate((*sent, Answer(choice=2))):
        if step:
            school.go(school.remote(secret), step, activities.QUESTION)
        answers.give(token, step, 1, 0, answer)
    assert tuple(g.answer for g in answers.given(room)) == (*sent, Answer(choice=2))
    answers.hide(room, 3, seat.number, True)
    assert [g.hidden for g in answers.given(room, 3)] == [True]


def test_a_muted_seat_is_refused_and_left_out(school):
    school, answers = school
    room, _ = opened(school)
    _, seat, token = school.join(room.code, "here")
    answers.give(token, 0, 1, 0, VOTE)
    school.mute(room, seat.number, True)
    with pytest.raises(Refusal, match="muted"):
        answers.give(token, 0, 1, 0, VOTE)
    assert answers.given(room) == []
    assert len(answers.given(room, 0, seat.number)) == 1
    school.mute(room, seat.number, False)
    assert len(answers.given(room)) == 1


def test_one_place_does_not_fill_the_server(school):
    school, _ = school
    for _ in range(rooms.MAX_ROOMS_OF_A_PLACE):
        last, _ = school.open(PLAN, "resnet", 7, "here")
    with pytest.raises(Refusal, match="rooms were opened from here already"):
        school.open(PLAN, "resnet", 7, "here")
    school.open(PLAN, "resnet", 7, "there")
    school.wipe(last)
    school.open(PLAN, "resnet", 7, "here")


def test_of_two_remotes_the_slower_one_is_told(school):
    school, _ = school
    room, secret = opened(school)
    school.go(room, 0, activities.CLOSED)
    school.go(room, 0, activities.CLOSED)  # both wanted the same
    with pytest.raises(Refusal, match="Another remote"):
        school.go(room, 1, activities.QUESTION)
    assert (school.remote(secret).step, school.remote(secret).phase) == (0, activities.CLOSED)


@pytest.mark.parametrize(("step", "phase"), [(99, "question"), (-1, "question"), (0, "nothing"), (1, "again")])
def test_a_step_that_is_none_is_refused(school, step, phase):
    school, _ = school
    room, _ = opened(school)
    with pytest.raises(Refusal, match="no such step"):
        school.go(room, step, phase)


def test_the_pulse_changes_with_what_its_owner_sees_and_with_nothing_else(school):
    school, answers = school
    room, secret = opened(school)
    _, _, token = school.join(room.code, "here")
    show = codes.projector_token(secret)

    def beats():
        return [school.pulse(one).text for one in (token, secret, show)]

    before = beats()
    assert school.pulse(codes.new_token()) is None
    answers.give(token, 0, 1, 0, VOTE)
    after = beats()
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert after[1] == after[2]
    school.go(room, 0, activities.CLOSED)
    assert beats()[0] != after[0]
    assert school.versions() == {room.id: school.remote(secret).version}


def test_a_wiped_room_leaves_nothing(school, database):
    school, answers = school
    room, secret = opened(school)
    other, _ = opened(school)
    for one in (room, other):
        _, _, token = school.join(one.code, "here")
        answers.give(token, 0, 1, 0, VOTE)
        answers.count_hands(one, 0, 1, {3: 4})
    school.wipe(room)
    with pytest.raises(Refusal):
        school.remote(secret)
    counts = database.read(
        lambda c: {t: c.scalar(sa.select(sa.func.count()).select_from(METADATA.tables[t])) for t in METADATA.tables}
    )
    assert counts == {"rooms": 1, "seats": 1, "answers": 1, "hands": 1, "guesses": 0}
    assert len(answers.given(other)) == 1


def test_in_the_files_of_sqlite_nothing_is_left_of_a_wiped_room(tmp_path):
    database = Database(sa.URL.create("sqlite", database=str(tmp_path / "class.sqlite")))
    school, answers = Rooms(database), Answers(database)
    drawing = bytes(range(196)) * 4
    room, secret = school.open(PLAN, "resnet", 7)
    school.go(room, 3, activities.QUESTION)
    _, _, token = school.join(room.code, "here")
    answers.give(token, 3, 1, 0, Answer(choice=3, value=0.9, drawing=drawing))

    def kept():
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert drawing in kept()
    assert codes.fingerprint(secret).encode() in kept()
    school.wipe(school.remote(secret))
    assert drawing not in kept()
    assert codes.fingerprint(secret).encode() not in kept()
    database.close()


def test_a_room_ends_after_four_hours_and_is_purged(school, database):
    school, answers = school
    room, secret = opened(school)
    _, _, token = school.join(room.code, "here")
    database.write(lambda c: c.execute(ROOMS.update().values(opened_at=time.time() - rooms.LIFETIME - 1)))
    for use in (
        lambda: school.remote(secret),
        lambda: school.seat(token),
        lambda: answers.give(token, 0, 1, 0, VOTE),
        lambda: school.join(room.code, "here"),
    ):
        with pytest.raises(Refusal):
            use()
    assert school.pulse(token) is school.pulse(secret) is None
    database.write(lambda c: c.execute(GUESSES.update().values(minute=0)))
    school.purge()
    assert database.read(lambda c: c.scalar(sa.select(sa.func.count()).select_from(GUESSES))) == 0
    assert database.read(lambda c: c.scalar(sa.select(sa.func.count()).select_from(SEATS))) == 0


def test_hands_are_counted_anew_each_time(school):
    school, answers = school
    room, secret = opened(school)
    answers.count_hands(room, 0, 1, {0: 12, 6: 9, 2: 0})
    answers.count_hands(room, 0, 1, {0: 3})
    assert answers.hands(room) == {(0, 0, 1, 0): 3}
    for wrong in ({0: -1}, {0: 501}, {10: 1}):
        with pytest.raises(Refusal, match="counted from 0"):
            answers.count_hands(room, 0, 1, wrong)
    assert school.remote(secret).version > room.version


def test_two_servers_make_the_tables_once(class_address):
    servers = [Database(database_url({"FMNIST_DATABASE_URL": class_address})) for _ in range(4)]
    start = threading.Barrier(4)

    def first_use(server):
        start.wait()
        return Rooms(server).open(PLAN, "resnet", 1)[0].id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(first_use, servers))) == 4
    for server in servers:
        server.close()


def test_the_migrations_make_the_tables_that_the_code_knows(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def differences(connection):
        context = MigrationContext.configure(connection, opts={"version_table": "class_schema", "compare_type": True})
        return compare_metadata(context, METADATA)

    assert database.read(differences) == []
    database.write(upgrade)  # once more changes nothing
    assert database.read(differences) == []

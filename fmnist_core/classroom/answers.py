"""Answers: taken while a question is open, one a seat and round, the last one counting."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from fmnist_core.classroom import codes
from fmnist_core.classroom.activities import Answer, Given, check_answer
from fmnist_core.classroom.database import Database
from fmnist_core.classroom.errors import Refusal
from fmnist_core.classroom.rooms import NO_ROOM, OTHER_REMOTE, Room, find_room
from fmnist_core.classroom.tables import ANSWERS, HANDS, ROOMS, SEATS

CLOSED = "This question is closed: the answer came too late and was not counted."
MUTED = "Your teacher has muted this seat: its answers are not counted."
MAX_HANDS = 500
_KEY = ("seat_id", "step", "question", "round")
_CONTENT = ("choice", "confidence", "value", "drawing")


class Answers:
    """The answers of a database."""

    def __init__(self, database: Database):
        self.database = database

    def give(self, token: str, step: int, voting_round: int, question: int, answer: Answer) -> None:
        """Store an answer; when this returns, it is stored, and counted once however often it was sent.

        Args:
            token: of the seat.
            step: that the student saw.
            voting_round: that the student saw.
            question: within the activity.
            answer: anything may be in it.

        Raises:
            Refusal: the question is closed, the seat muted or gone, or it is no answer to that question.
            Unavailable: the database does not answer; the answer was not stored.
        """

        def store(connection: sa.Connection) -> None:
            mine = sa.select(SEATS.c.id, SEATS.c.muted, SEATS.c.room_id).where(
                SEATS.c.token_hash == codes.fingerprint(token)
            )
            seat = connection.execute(mine).first()
            room = self._held(connection, seat.room_id) if seat else None
            if seat is None or room is None:
                raise Refusal(NO_ROOM)
            if (room.step, room.round) != (step, voting_round):
                raise Refusal(CLOSED)
            if seat.muted:
                raise Refusal(MUTED)
            check_answer(room.activity, question, answer)
            content = {name: getattr(answer, name) for name in _CONTENT}
            row = {"seat_id": seat.id, "step": step, "question": question, "round": voting_round}
            insert = (sqlite if self.database.is_sqlite else postgresql).insert(ANSWERS)
            connection.execute(
                insert.values(**row, **content, hidden=False, revision=1).on_conflict_do_update(
                    index_elements=_KEY, set_={**content, "revision": ANSWERS.c.revision + 1}
                )
            )

        self.database.write(store)

    def _held(self, connection: sa.Connection, room: int) -> Room | None:
        """Return a room that stays in its phase until this transaction ends."""
        connection.execute(sa.select(ROOMS.c.id).where(ROOMS.c.id == room).with_for_update(read=True))
        return find_room(connection, ROOMS.c.id == room)

    def given(self, room: Room, step: int | None = None, number: int | None = None) -> list[Given]:
        """Return the answers of a room that count, those of muted seats left out.

        Args:
            room: whose.
            step: of the lesson, or None for all.
            number: of one seat, muted or not, or None for all.

        Raises:
            Unavailable: the database does not answer.
        """
        columns = [ANSWERS.c[name] for name in ("step", "question", "round", *_CONTENT, "hidden")]
        asked = sa.select(SEATS.c.number, *columns).join_from(ANSWERS, SEATS).where(SEATS.c.room_id == room.id)
        asked = asked.where(SEATS.c.number == number) if number is not None else asked.where(~SEATS.c.muted)
        if step is not None:
            asked = asked.where(ANSWERS.c.step == step)
        asked = asked.order_by(ANSWERS.c.step, ANSWERS.c.round, ANSWERS.c.question, SEATS.c.number)
        rows = self.database.read(lambda connection: connection.execute(asked).all())
        return [Given(r[0], r[1], r[2], r[3], Answer(*r[4:8]), r[8]) for r in rows]

    def hide(self, room: Room, step: int, number: int, on: bool) -> None:
        """Take a seat's drawing off the projector, or put it back."""

        def change(connection: sa.Connection) -> None:
            seat = sa.select(SEATS.c.id).where(SEATS.c.room_id == room.id, SEATS.c.number == number).scalar_subquery()
            connection.execute(
                ANSWERS.update()
                .where(ANSWERS.c.seat_id == seat, ANSWERS.c.step == step)
                .values(hidden=on, revision=ANSWERS.c.revision + 1)
            )

        self.database.write(change)

    # ---------------------------------------------------------------- a class without devices

    def count_hands(self, room: Room, question: int, voting_round: int, counts: Mapping[int, int]) -> None:
        """Store how many hands went up for each choice, in place of what was counted before.

        Raises:
            Refusal: a number that is no count, or another remote has moved the room on.
            Unavailable: the database does not answer.
        """
        for choice, count in counts.items():
            if not 0 <= choice <= 9 or not 0 <= count <= MAX_HANDS:
                raise Refusal(f"Hands are counted from 0 to {MAX_HANDS}.")

        def store(connection: sa.Connection) -> None:
            now = self._held(connection, room.id)
            if now is None:
                raise Refusal(NO_ROOM)
            if now.step != room.step:
                raise Refusal(OTHER_REMOTE)
            place = {"room_id": room.id, "step": room.step, "question": question, "round": voting_round}
            same = [HANDS.c[name] == value for name, value in place.items()]
            connection.execute(HANDS.delete().where(*same))
            rows = [{**place, "choice": choice, "count": count} for choice, count in counts.items() if count]
            if rows:
                connection.execute(HANDS.insert(), rows)
            connection.execute(ROOMS.update().where(ROOMS.c.id == room.id).values(version=ROOMS.c.version + 1))

        self.database.write(store)

    def hands(self, room: Room, step: int | None = None) -> dict[tuple[int, int, int, int], int]:
        """Return how many hands were counted, by step, question, round and choice."""
        asked = sa.select(HANDS.c.step, HANDS.c.question, HANDS.c.round, HANDS.c.choice, HANDS.c.count)
        asked = asked.where(HANDS.c.room_id == room.id)
        if step is not None:
            asked = asked.where(HANDS.c.step == step)
        rows = self.database.read(lambda connection: connection.execute(asked).all())
        return {(r[0], r[1], r[2], r[3]): r[4] for r in rows}

"""Rooms and seats: opened, joined, stepped, locked, wiped. All of it is in the database, nothing in memory."""

import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from fmnist_core.classroom import activities, codes
from fmnist_core.classroom.activities import Activity
from fmnist_core.classroom.animals import MAX_SEATS, animal
from fmnist_core.classroom.database import Database
from fmnist_core.classroom.errors import Refusal
from fmnist_core.classroom.tables import ANSWERS, GUESSES, HANDS, ROOMS, SEATS

LIFETIME = 4 * 3600.0  # seconds from the opening of a room to its end
MAX_ROOMS = 500  # at a time
MAX_ROOMS_OF_A_PLACE = 40  # of these; a school behind one router holds fewer classes at once
MAX_GUESSES = 30  # wrong codes a minute from one place; a class behind one router mistypes less
NO_ROOM = "There is no room with this code. It may have been wiped: rooms last four hours."
OTHER_REMOTE = "Another remote was quicker: this is how the room stands now."


@dataclass(frozen=True)
class Room:
    """A room as it stands.

    Attributes:
        id: of the room in the database.
        code: that students type.
        opened_at: seconds since 1970.
        network: the name of the network that the class plays against.
        seed: of every draw.
        plan: its activities.
        step: position of the activity in the plan.
        phase: of the activity.
        version: one more with each change that students see.
        locked: whether nobody can join any more.
    """

    id: int
    code: str
    opened_at: float
    network: str
    seed: int
    plan: tuple[Activity, ...]
    step: int
    phase: str
    version: int
    locked: bool

    @property
    def activity(self) -> Activity:
        return self.plan[self.step]

    @property
    def round(self) -> int | None:
        """The round of answers that is open, or None."""
        return activities.voting_round(self.phase)


@dataclass(frozen=True)
class Seat:
    """A student's seat.

    Attributes:
        id: of the seat in the database.
        number: of its animal, 0..199.
        muted: whether its answers are refused and left out.
    """

    id: int
    number: int
    muted: bool

    @property
    def name(self) -> str:
        return animal(self.number)


@dataclass(frozen=True)
class Pulse:
    """What a browser compares with what it shows.

    Attributes:
        text: changes whenever what the owner of a token sees does.
        room: its id.
        version: of the room.
        student: whether the owner is one; their text depends on the room's version alone.
    """

    text: str
    room: int
    version: int
    student: bool


class Rooms:
    """The rooms of a database."""

    def __init__(self, database: Database):
        self.database = database

    # ---------------------------------------------------------------- to come in

    def open(self, plan: tuple[Activity, ...], network: str, seed: int, origin: str | None = None) -> tuple[Room, str]:
        """Open a room, which waits in its lobby; return it and its secret, which is kept nowhere else.

        Args:
            plan: its activities.
            network: that the class plays against.
            seed: of every draw.
            origin: where the teacher comes from; too many rooms from one place are refused.

        Raises:
            Refusal: there are too many rooms, in all or from one place.
            Unavailable: the database does not answer.
        """
        place = codes.fingerprint(origin) if origin is not None else None
        plan, secret = activities.checked_plan(plan), codes.new_token()
        self.purge()

        def insert(connection: sa.Connection) -> Room:
            hashed = codes.fingerprint(secret)
            if found := find_room(connection, ROOMS.c.secret_hash == hashed):  # stored, but the answer was lost
                return found
            count = sa.select(sa.func.count()).select_from(ROOMS)
            if (connection.scalar(count) or 0) >= MAX_ROOMS:
                raise Refusal(f"This server holds {MAX_ROOMS} rooms already. Wipe one, or wait until one ends.")
            if place and (connection.scalar(count.where(ROOMS.c.origin == place)) or 0) >= MAX_ROOMS_OF_A_PLACE:
                raise Refusal(
                    f"{MAX_ROOMS_OF_A_PLACE} rooms were opened from here already. Wipe one, or wait until one ends."
                )
            connection.execute(
                ROOMS.insert().values(
                    code=codes.new_code(),
                    secret_hash=hashed,
                    show_hash=codes.fingerprint(codes.projector_token(secret)),
                    opened_at=time.time(),
                    network=network,
                    seed=seed,
                    plan=activities.to_text(plan),
                    step=0,
                    phase=activities.LOBBY,
                    version=1,
                    locked=False,
                    origin=place,
                )
            )
            found = find_room(connection, ROOMS.c.secret_hash == hashed)
            assert found is not None  # inserted a line above
            return found

        return self.database.write(insert), secret

    def join(self, typed: str, origin: str) -> tuple[Room, Seat, str]:
        """Take a seat in a room; return both, and the token that restores the seat.

        Args:
            typed: the room's code, as a student typed it.
            origin: where the student comes from; too many wrong codes from one place are refused.

        Raises:
            Refusal: no such room, too many wrong codes, a locked or a full room.
            Unavailable: the database does not answer.
        """
        room, token = self.by_code(typed, origin), codes.new_token()

        def sit(connection: sa.Connection) -> Seat:
            if found := _seat(connection, token):
                return found[1]
            locking = sa.select(ROOMS.c.locked).where(ROOMS.c.id == room.id, _alive()).with_for_update()
            locked = connection.scalar(locking)  # one after the other: nobody gets another's animal
            if locked is None:
                raise Refusal(NO_ROOM)
            if locked:
                raise Refusal("This room is locked. Ask your teacher to open it for a moment.")
            taken = set(connection.scalars(sa.select(SEATS.c.number).where(SEATS.c.room_id == room.id)))
            free = [number for number in range(MAX_SEATS) if number not in taken]
            if not free:
                raise Refusal(f"All {MAX_SEATS} seats of this room are taken.")
            number = free[secrets.randbelow(len(free))]
            connection.execute(
                SEATS.insert().values(
                    room_id=room.id,
                    number=number,
                    token_hash=codes.fingerprint(token),
                    muted=False,
                    joined_at=time.time(),
                )
            )
            found = _seat(connection, token)
            assert found is not None  # inserted a line above
            return found[1]

        return room, self.database.write(sit), token

    def by_code(self, typed: str, origin: str) -> Room:
        """Return the room of a code.

        Raises:
            Refusal: no such room, or too many wrong codes from one place.
            Unavailable: the database does not answer.
        """
        code, minute = codes.read_code(typed), int(time.time() // 60)
        where = (GUESSES.c.origin == codes.fingerprint(origin), GUESSES.c.minute == minute)

        def look(connection: sa.Connection) -> Room | None:
            if (connection.scalar(sa.select(GUESSES.c.count).where(*where)) or 0) >= MAX_GUESSES:
                raise Refusal("Too many wrong codes came from here. Wait a minute, then try again.")
            return find_room(connection, ROOMS.c.code == code) if code else None

        found = self.database.read(look)
        if found is not None:
            return found

        def count(connection: sa.Connection) -> None:
            connection.execute(GUESSES.delete().where(GUESSES.c.minute < minute - 1))
            if not connection.execute(GUESSES.update().where(*where).values(count=GUESSES.c.count + 1)).rowcount:
                connection.execute(GUESSES.insert().values(origin=codes.fingerprint(origin), minute=minute, count=1))

        self.database.write(count)
        if code is None:
            raise Refusal(f"A room's code has {codes.CODE_LENGTH} letters and digits, like {codes.spell('BCD2345')}.")
        raise Refusal(NO_ROOM)

    def seat(self, token: str) -> tuple[Room, Seat]:
        """Return the room and the seat of a token.

        Raises:
            Refusal: no seat has it.
            Unavailable: the database does not answer.
        """
        found = self.database.read(lambda connection: _seat(connection, token))
        if found is None:
            raise Refusal("This seat is not there any more: rooms last four hours. Join again with the room's code.")
        return found

    def remote(self, secret: str) -> Room:
        """Return the room of a secret.

        Raises:
            Refusal: no room has it.
            Unavailable: the database does not answer.
        """
        return self._by_hash(ROOMS.c.secret_hash, secret, "This address opens no room: it is wrong, or the room ended.")

    def projector(self, token: str) -> Room:
        """Return the room of a projector token; errors as of `remote`."""
        return self._by_hash(
            ROOMS.c.show_hash, token, "There is nothing to show: the address is wrong, or the room ended."
        )

    def _by_hash(self, column: sa.Column, token: str, sentence: str) -> Room:
        found = self.database.read(lambda connection: find_room(connection, column == codes.fingerprint(token)))
        if found is None:
            raise Refusal(sentence)
        return found

    def pulse(self, token: str) -> Pulse | None:
        """Return the pulse of a token; None for no such token.

        A student's changes with the phase; that of remote and projector with each seat and answer as well.

        Raises:
            Unavailable: the database does not answer.
        """
        hashed = codes.fingerprint(token)

        def feel(connection: sa.Connection) -> Pulse | None:
            mine = sa.select(ROOMS.c.id, ROOMS.c.version, SEATS.c.muted).join_from(SEATS, ROOMS)
            if row := connection.execute(mine.where(SEATS.c.token_hash == hashed, _alive())).first():
                return Pulse(f"{row.version}.{int(row.muted)}", row.id, row.version, True)
            all_ = sa.select(ROOMS.c.id, ROOMS.c.version, ROOMS.c.step)
            whose = (ROOMS.c.secret_hash == hashed) | (ROOMS.c.show_hash == hashed)
            room = connection.execute(all_.where(whose, _alive())).first()
            if room is None:
                return None
            seats = sa.select(sa.func.count()).where(SEATS.c.room_id == room.id)
            given = sa.select(sa.func.sum(ANSWERS.c.revision)).join_from(ANSWERS, SEATS)
            given = given.where(SEATS.c.room_id == room.id, ANSWERS.c.step == room.step)
            text = f"{room.version}.{connection.scalar(seats)}.{connection.scalar(given) or 0}"
            return Pulse(text, room.id, room.version, False)

        return self.database.read(feel)

    def versions(self) -> dict[int, int]:
        """Return the version of every room, by the room's id.

        Raises:
            Unavailable: the database does not answer.
        """
        asked = sa.select(ROOMS.c.id, ROOMS.c.version).where(_alive())
        return {row[0]: row[1] for row in self.database.read(lambda connection: connection.execute(asked).all())}

    # ---------------------------------------------------------------- what the remote does

    def go(self, room: Room, step: int, phase: str) -> None:
        """Take a room to a step and a phase.

        Raises:
            Refusal: another remote has moved it since `room` was read, or there is no such step or phase.
            Unavailable: the database does not answer.
        """
        if not 0 <= step < len(room.plan) or phase not in room.plan[step].phases:
            raise Refusal("The lesson has no such step.")

        def move(connection: sa.Connection) -> None:
            here = (ROOMS.c.id == room.id, ROOMS.c.step == room.step, ROOMS.c.phase == room.phase)
            moved = {"step": step, "phase": phase, "version": ROOMS.c.version + 1}
            if connection.execute(ROOMS.update().where(*here).values(moved)).rowcount:
                return
            now = find_room(connection, ROOMS.c.id == room.id)
            if now is None:
                raise Refusal(NO_ROOM)
            if (now.step, now.phase) != (step, phase):  # both wanted the same
                raise Refusal(OTHER_REMOTE)

        self.database.write(move)

    def lock(self, room: Room, on: bool) -> None:
        """Let nobody join any more, or let them again."""
        self._change(room, ROOMS.update().where(ROOMS.c.id == room.id).values(locked=on))

    def mute(self, room: Room, number: int, on: bool) -> None:
        """Refuse and leave out the answers of a seat, or take them again."""
        self._change(room, SEATS.update().where(SEATS.c.room_id == room.id, SEATS.c.number == number).values(muted=on))

    def _change(self, room: Room, statement: sa.Update) -> None:
        def change(connection: sa.Connection) -> None:
            connection.execute(statement)
            connection.execute(ROOMS.update().where(ROOMS.c.id == room.id).values(version=ROOMS.c.version + 1))

        self.database.write(change)

    def seats(self, room: Room) -> list[Seat]:
        """Return the seats of a room in the order of their animals."""
        asked = sa.select(SEATS.c.id, SEATS.c.number, SEATS.c.muted).where(SEATS.c.room_id == room.id)
        rows = self.database.read(lambda connection: connection.execute(asked.order_by(SEATS.c.number)).all())
        return [Seat(*row) for row in rows]

    # ---------------------------------------------------------------- to end

    def wipe(self, room: Room) -> None:
        """Delete a room with all its seats and answers, now."""
        self.database.write(lambda connection: _delete(connection, ROOMS.c.id == room.id))
        self.database.sweep()

    def purge(self) -> None:
        """Delete the rooms whose four hours are over, and counts of wrong codes that count no more."""

        def delete(connection: sa.Connection) -> None:
            _delete(connection, ~_alive())
            connection.execute(GUESSES.delete().where(GUESSES.c.minute < int(time.time() // 60) - 1))

        self.database.write(delete)
        self.database.sweep()


def _alive() -> sa.ColumnElement[bool]:
    return ROOMS.c.opened_at > time.time() - LIFETIME


def _delete(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    rooms = sa.select(ROOMS.c.id).where(which)
    seats = sa.select(SEATS.c.id).where(SEATS.c.room_id.in_(rooms))
    connection.execute(ANSWERS.delete().where(ANSWERS.c.seat_id.in_(seats)))
    connection.execute(HANDS.delete().where(HANDS.c.room_id.in_(rooms)))
    connection.execute(SEATS.delete().where(SEATS.c.room_id.in_(rooms)))
    connection.execute(ROOMS.delete().where(which))


_ROOM = (
    ROOMS.c.id, ROOMS.c.code, ROOMS.c.opened_at, ROOMS.c.network, ROOMS.c.seed, ROOMS.c.plan, ROOMS.c.step,
    ROOMS.c.phase, ROOMS.c.version, ROOMS.c.locked,
)  # fmt: skip


def find_room(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Room | None:
    """Return the one room that a condition names, unless its time is over."""
    row = connection.execute(sa.select(*_ROOM).where(which, _alive())).first()
    if row is None:
        return None
    facts = row._asdict()
    return Room(**{**facts, "plan": activities.from_text(facts["plan"])})


def _seat(connection: sa.Connection, token: str) -> tuple[Room, Seat] | None:
    mine = SEATS.c.token_hash == codes.fingerprint(token)
    row = connection.execute(sa.select(SEATS.c.id, SEATS.c.number, SEATS.c.muted, SEATS.c.room_id).where(mine)).first()
    if row is None:
        return None
    room = find_room(connection, ROOMS.c.id == row.room_id)
    return (room, Seat(row.id, row.number, row.muted)) if room else None

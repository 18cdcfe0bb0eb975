"""A school's morning on two processors: `python -m benchmarks.classroom`.

Two hundred seats in six rooms over Streamlit's own protocol: every student votes on twelve pictures, every browser
asks for its room's pulse. Server and students share the same two processors. Afterwards every answer that a student saw
counted is looked for in the database: none lost, none doubled.
"""

import argparse
import asyncio
import html
import json
import os
import random
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import protocol
from benchmarks.load import percentile
from benchmarks.serving import OURS, Server, machine
from fmnist_core import CLASS_NAMES
from fmnist_core.classroom import codes
from fmnist_core.classroom.activities import CONFIDENCES, QUESTION, Activity
from fmnist_core.classroom.answers import Answers
from fmnist_core.classroom.database import Database, database_url
from fmnist_core.classroom.decks import random_pictures
from fmnist_core.classroom.rooms import Rooms

MAX_VOTE_MS = 300.0  # p95 of an accepted vote
MAX_JOIN_S = 10.0  # until the last of a room sits
PICTURES = 12


class Unanswered(Exception):
    """The page does not say what it should after a tap."""


@dataclass
class Student:
    """A phone without a browser.

    Attributes:
        address: of the server.
        room: its code.
        rng: decides what the student says.
        seat: its token, once it sits.
        counted: by picture, the class and confidence that the page said were counted.
        times: seconds from each vote until the page said so.
    """

    address: str
    room: str
    rng: random.Random
    seat: str = ""
    counted: dict[int, tuple[int, int]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    _buttons: dict[str, str] = field(default_factory=dict)
    _text: str = ""
    _page: str = ""
    _ballot: str = ""
    _fragment: str = ""
    _socket: websockets.ClientConnection | None = None

    async def join(self) -> None:
        """Open the address of the room and take a seat."""
        self._socket = await protocol.conversation(self.address)
        await self._run()
        await self._run("sit")
        if not self.seat:
            raise Unanswered(f"no seat: {self._text[:200]}")

    async def vote(self, question: int) -> None:
        """Vote for a class and a confidence, and wait until the page says that it was counted."""
        choice, sure = self.rng.randrange(10), self.rng.choice(CONFIDENCES)
        began = time.perf_counter()
        await self._run(vote=[f"0.1.{question}", choice, sure])
        self.times.append(time.perf_counter() - began)
        answered = f"{question + 1} answered"
        if answered not in self._text:
            raise Unanswered(f"expected {answered!r} for {CLASS_NAMES[choice]}, the page says {self._text[:200]}")
        self.counted[question] = (choice, sure)

    async def leave(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _run(self, button: str | None = None, vote: list | None = None) -> None:
        assert self._socket is not None
        message = BackMsg()
        if self._page:
            message.rerun_script.page_script_hash = self._page
        else:
            message.rerun_script.page_name = "class"
        query = f"room={self.room}" + (f"&seat={self.seat}" if self.seat else "")
        message.rerun_script.query_string = query
        if button is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.trigger_value = self._buttons[button], True
        if vote is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id = f"$$STREAMLIT_INTERNAL_KEY_{self._ballot}__events"
            state.json_trigger_value = json.dumps([{"event": "vote", "value": vote}])
            message.rerun_script.fragment_id = self._fragment  # as a browser does: the part that holds the ballot
        texts: list[str] = []
        async with asyncio.timeout(60):
            async for forward in protocol.run(self._socket, message):
                self._read(forward, texts)
        self._text = " ".join(html.unescape(" ".join(texts)).split())

    def _read(self, forward: ForwardMsg, texts: list[str]) -> None:
        kind = forward.WhichOneof("type")
        if kind == "page_info_changed":
            if found := re.search(r"seat=([\w-]+)", forward.page_info_changed.query_string):
                self.seat = found[1]
        elif kind == "navigation":
            self._page = forward.navigation.page_script_hash
        elif kind == "delta":
            element = forward.delta.new_element
            what = element.WhichOneof("type")
            if what == "button" and element.button.id.endswith("-sit"):
                self._buttons["sit"] = element.button.id
            elif what == "bidi_component" and element.bidi_component.id.endswith("-ballot"):
                self._ballot, self._fragment = element.bidi_component.id, forward.delta.fragment_id
            elif what == "html":
                texts.append(re.sub(r"<style>.*?</style>|<[^>]+>", " ", element.html.body, flags=re.DOTALL))


async def feel(address: str, token: str, every: float, times: list[float], errors: list[str]) -> None:
    """Ask for the pulse of a token again and again, as a browser does, on one connection."""
    host, port = address.removeprefix("http://").split(":")
    request = f"GET /class-pulse HTTP/1.1\r\nHost: {host}\r\nx-class-token: {token}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection(host, int(port))
    await asyncio.sleep(random.random() * every)
    try:
        while True:
            began = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            size = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(size[1]) if size else 0)
            times.append(time.perf_counter() - began)
            if " 200 " not in head.split("\r\n")[0]:
                errors.append(f"pulse: {head.splitlines()[0]}")
            await asyncio.sleep(every)
    finally:
        writer.close()


async def morning(
    address: str, rooms: list[str], seats: int, pause: float, seed: int
) -> tuple[list[Student], float, list[float], list[str]]:
    """Let students join, vote and ask; return them, the seconds until the last sat, the pulses' times, the errors."""
    students = [Student(address, rooms[k % len(rooms)], random.Random(seed * 1000 + k)) for k in range(seats)]
    errors: list[str] = []
    pulses: list[float] = []
    began = time.perf_counter()

    async def sit(student: Student, after: float) -> None:
        await asyncio.sleep(after)
        try:
            await student.join()
        except (Unanswered, OSError, TimeoutError, KeyError, websockets.WebSocketException) as problem:
            errors.append(f"joining: {type(problem).__name__}: {problem}")

    # All within ten seconds, as thirty in each of the rooms would.
    await asyncio.gather(*(sit(student, MAX_JOIN_S * 0.8 * k / seats) for k, student in enumerate(students)))
    joined = time.perf_counter() - began
    asking = [asyncio.create_task(feel(address, s.seat, 2.0, pulses, errors)) for s in students if s.seat]

    async def play(student: Student) -> None:
        await asyncio.sleep(student.rng.random() * pause)
        try:
            for question in range(PICTURES):
                await student.vote(question)
                await asyncio.sleep(pause * student.rng.uniform(0.7, 1.3))
        except (Unanswered, OSError, TimeoutError, KeyError, websockets.WebSocketException) as problem:
            errors.append(f"voting: {type(problem).__name__}: {problem}")

    await asyncio.gather(*(play(student) for student in students if student.seat))
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    await asyncio.gather(*(student.leave() for student in students), return_exceptions=True)
    return students, joined, pulses, errors


def unaccounted(database: Database, students: list[Student]) -> list[str]:
    """Return what differs between the answers that students saw counted and those in the database."""
    rooms, answers = Rooms(database), Answers(database)
    problems = []
    for student in students:
        if not student.seat:
            continue
        room, seat = rooms.seat(student.seat)
        stored = {g.question: (g.answer.choice, g.answer.confidence) for g in answers.given(room, 0, seat.number)}
        if stored != student.counted:
            problems.append(f"{seat.name}: saw {student.counted}, stored {stored}")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seats", type=int, default=200)
    parser.add_argument("--rooms", type=int, default=6)
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between two pictures of one student")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    processors = set(sorted(os.sched_getaffinity(0))[:2])
    os.sched_setaffinity(0, processors)
    with tempfile.TemporaryDirectory() as folder:
        if not os.environ.get("FMNIST_DATABASE_URL"):
            os.environ["FMNIST_CLASS_DIR"] = folder
        database = Database(database_url())
        rooms = Rooms(database)
        opened = []
        for _ in range(args.rooms):
            room, _ = rooms.open((Activity("beat", random_pictures(PICTURES, args.seed)),), "resnet", args.seed)
            rooms.go(room, 0, QUESTION)
            opened.append(room)
        with Server(OURS, processors) as server:
            server.wait()
            warm = Student(server.address, opened[0].code, random.Random(0))
            asyncio.run(warm.join())  # the first visitor pays for the imports
            before = server.processor_seconds()
            students, joined, pulses, errors = asyncio.run(
                morning(server.address, [codes.spell(room.code) for room in opened], args.seats, args.pause, args.seed)
            )
            memory, used = server.memory_mb(), server.processor_seconds() - before
        lost = unaccounted(database, students)
        for room in opened:
            rooms.wipe(room)
        database.close()
    times = [t for student in students for t in student.times]
    expected = args.seats * PICTURES
    counted = sum(len(student.counted) for student in students)
    p95 = 1000 * percentile(times, 0.95)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    print(f"{machine()}, {args.seats} seats in {args.rooms} rooms, a picture every {args.pause:g} s, {kind}\n")
    print(f"the last sat after {joined:.1f} s")
    print(f"accepted votes: {counted} of {expected}, p50 {1000 * percentile(times, 0.5):.0f} ms, p95 {p95:.0f} ms")
    beats = [f"p{100 * share:.0f} {1000 * percentile(pulses, share):.0f} ms" for share in (0.5, 0.95)]
    print(f"pulses: {len(pulses)}, {', '.join(beats)}")
    print(f"answers in the database that differ from what was seen counted: {len(lost)}; errors: {len(errors)}")
    print(f"server: {1000 * used / max(counted, 1):.1f} ms of a processor for each vote, {memory:.0f} MB of memory")
    for line in [*sorted(set(errors))[:5], *lost[:3]]:
        print(line, file=sys.stderr)
    missed = errors or lost or counted < expected or p95 > MAX_VOTE_MS or joined > MAX_JOIN_S
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Visitors without browsers: they speak Streamlit's own websocket protocol and check every answer."""

import asyncio
import html
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import protocol
from fmnist_app.failures import WHAT_TO_DO

MARK = "index"  # the key of the number field, part of its widget id


class WrongAnswer(Exception):
    """The page shows something other than the truth."""


@dataclass
class Visitor:
    """One browser's conversation with the server.

    Attributes:
        address: of the server, http://….
        expected: for each picture the words that the verdict must hold, or None to check its number alone.
        page: where the visit begins, as in the address; Predict by default.
        query: of that address.
        wanted: what must be read there, each a few words of one element; by default the verdict on picture 0.
    """

    address: str
    expected: list[tuple[str, ...]] | None
    page: str = ""
    query: str = ""
    wanted: Sequence[tuple[str, ...]] = ()
    _socket: websockets.ClientConnection | None = None
    _field: str = ""
    _fragment: str = ""
    _text: dict[tuple[int, ...], str] = field(default_factory=dict)

    async def __aenter__(self) -> "Visitor":
        self._socket = await protocol.conversation(self.address)
        await self._run(None, self.wanted or [self._verdict(0)])
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._socket
        await self._socket.close()

    async def show(self, index: int) -> float:
        """Change the number field to `index`; return the seconds until the right verdict was there.

        Raises:
            WrongAnswer: the run ended without it, or with an error on the page.
        """
        return await self._run(index, [self._verdict(index)])

    async def _run(self, index: int | None, wanted: Sequence[tuple[str, ...]]) -> float:
        assert self._socket
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = self.page, self.query
        if index is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.double_value = self._field, index
            message.rerun_script.fragment_id = self._fragment  # as a browser does: the part that holds the field
        self._text.clear()
        began = time.perf_counter()
        answered = None
        async with asyncio.timeout(120):
            async for forward in protocol.run(self._socket, message):
                if forward.WhichOneof("type") == "delta":
                    self._read(forward)
                    if answered is None and all(map(self._says, wanted)):
                        answered = time.perf_counter() - began
        if answered is None:
            missing = next((words for words in wanted if not self._says(words)), wanted[0])
            raise WrongAnswer(f"{', '.join(missing)}: the page says {' | '.join(self._text.values())[:300]}")
        return answered

    def _read(self, forward: ForwardMsg) -> None:
        element = forward.delta.new_element
        kind = element.WhichOneof("type")
        place = tuple(forward.metadata.delta_path)
        if kind == "number_input" and MARK in element.number_input.id:
            self._field, self._fragment = element.number_input.id, forward.delta.fragment_id
        elif kind == "exception":
            raise WrongAnswer(f"an exception on the page: {element.exception.message}")
        elif kind == "alert" and WHAT_TO_DO in element.alert.body:
            raise WrongAnswer(f"the run failed: {element.alert.body}")
        elif kind in ("html", "markdown"):
            source = element.html.body if kind == "html" else element.markdown.body
            self._text[place] = html.unescape(re.sub(r"<[^>]+>", " ", source))
        elif kind == "heading":
            self._text[place] = element.heading.body
        elif kind in ("plotly_chart", "bidi_component"):
            self._text[place] = element.plotly_chart.spec if kind == "plotly_chart" else element.bidi_component.json

    def _verdict(self, index: int) -> tuple[str, ...]:
        return (f"picture {index}", *(self.expected[index] if self.expected else ()))

    def _says(self, words: tuple[str, ...]) -> bool:
        pattern = re.compile(rf"{re.escape(words[0])}(?!\d)")
        return any(pattern.search(t) and all(w in t for w in words[1:]) for t in self._text.values())


async def crowd(
    address: str, expected: list[tuple[str, ...]] | None, visitors: int, actions: int, pause: float, seed: int = 0
) -> tuple[list[float], list[str]]:
    """Let visitors come, each change the index `actions` times, about every `pause` seconds.

    Returns:
        The seconds of every answer, and the errors in words.
    """
    times: list[float] = []
    errors: list[str] = []

    async def one(number: int) -> None:
        rng = random.Random(seed * 100_003 + number)
        await asyncio.sleep(pause * number / visitors)
        try:
            async with Visitor(address, expected) as visitor:
                for _ in range(actions):
                    await asyncio.sleep(pause * rng.uniform(0.9, 1.1))
                    times.append(await visitor.show(rng.randrange(10_000)))
        except (WrongAnswer, OSError, TimeoutError, websockets.WebSocketException) as problem:
            errors.append(f"{type(problem).__name__}: {problem}")

    await asyncio.gather(*(one(number) for number in range(visitors)))
    return times, errors


async def come_and_go(address: str, visits: int, at_once: int = 10) -> list[str]:
    """Let visitors come, look at one picture, and leave in the middle of the next; return the errors."""
    errors: list[str] = []
    turn = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with turn:
            try:
                async with Visitor(address, None) as visitor:
                    await visitor.show(number % 10_000)
                    asking = asyncio.create_task(visitor.show((number + 1) % 10_000))
                    await asyncio.sleep(0.002)
                    asking.cancel()
            except (WrongAnswer, OSError, TimeoutError, websockets.WebSocketException) as problem:
                errors.append(f"{type(problem).__name__}: {problem}")

    await asyncio.gather(*(one(number) for number in range(visits)))
    return errors

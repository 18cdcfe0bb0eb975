"""A stranger who speaks Streamlit's websocket protocol and sends values that no browser would send."""

import asyncio
import random
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets import ClientConnection, ConnectionClosed

from benchmarks import protocol
from fmnist_app.failures import WHAT_TO_DO

PATIENCE = 120.0  # seconds for an answer: to measure all test pictures anew may be among what is asked
STRANGE = (
    "", " ", "0", "-1", "9" * 400, "1e400", "nan", "inf", "0x10", "1,2", "2,1", "None", "null", "true", "[]", "{}",
    "../../etc/passwd", "<script>alert(1)</script>", "[a](https://example.org)", "https://example.org", "\u202eabc",
    "\u0000", "é" * 50, "🧥", "%00", "{'a': 1}", '{"a":' * 500, "[" * 3000, "Shirt", "shirt", "resnet", "RESNET",
    "Trouser", "Mistakes", "mistakes", "100%", "--", "=1+1", "a b", "\n", "T-shirt/top,T-shirt/top",
)  # fmt: skip
PARAMETERS = (
    "index", "model", "ask", "view", "way", "true", "predicted", "unit", "page", "level", "sort", "rotate", "scale",
    "blur", "noise", "cover", "shift", "kind", "severity", "turn", "keep_across", "keep_down", "threshold", "tour",
    "guess", "projector", "colour", "classes", "sample", "confidence", "correct", "part", "opened", "\u0131ndex", "x",
    "net", "epochs", "rate", "batch", "run", "optimiser", "room", "seat", "remote", "wall", "join", "deck", "why",
    "train_view", "board_cost", "of", "epoch", "heldout",
)  # fmt: skip
FIELDS = tuple(field.name for field in WidgetState.DESCRIPTOR.fields if field.name != "id")


def hostile_query(rng: random.Random) -> str:
    """Return a query string of known and unknown parameters with strange values, some of them twice."""
    chosen = [rng.choice(PARAMETERS) for _ in range(rng.choice((1, 1, 2, 4, 12)))]
    return "&".join(f"{quote(name)}={quote(rng.choice(STRANGE))}" for name in chosen)


def hostile_states(elements: list[str], rng: random.Random) -> list[WidgetState]:
    """Return values of any type for some of the elements of a page."""
    states = []
    for identity in rng.sample(elements, min(len(elements), rng.choice((1, 1, 2, 5)))):
        state, field = WidgetState(id=identity), rng.choice(FIELDS)
        text = rng.choice(STRANGE).replace("\0", "0")
        number = rng.choice((0, -1, 1, 10_000, 2**40, -(2**40)))
        real = rng.choice((0.5, -1.0, 1e308, float("nan"), float("inf"), 123456.789))
        if field in ("trigger_value", "bool_value"):
            setattr(state, field, rng.random() < 0.7)
        elif field == "double_value":
            state.double_value = real
        elif field == "int_value":
            state.int_value = number
        elif field in ("string_value", "json_value", "json_trigger_value"):
            setattr(state, field, text)
        elif field == "string_trigger_value":
            state.string_trigger_value.data = text
        elif field == "bytes_value":
            state.bytes_value = text.encode()
        elif field == "double_array_value":
            state.double_array_value.data.extend([real] * rng.choice((0, 1, 2, 1000)))
        elif field == "int_array_value":
            state.int_array_value.data.extend([number] * rng.choice((0, 1, 2, 1000)))
        elif field == "string_array_value":
            state.string_array_value.data.extend([text] * rng.choice((0, 1, 2, 100)))
        elif field == "file_uploader_state_value":
            info = state.file_uploader_state_value.uploaded_file_info.add()
            info.file_id, info.name, info.size = text, text, abs(number)
        else:
            continue
        states.append(state)
    return states


class Stranger:
    """One connection to a server; opened again where the server ends it.

    Attributes:
        elements: ids of what the page showed last and a value can be sent for.
        failed: what the page said when its last run failed, "" when it did not.
    """

    def __init__(self, address: str):
        self._address = address
        self.elements: list[str] = []
        self.failed = ""
        self._socket: ClientConnection | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = ThreadPoolExecutor(1)  # of its own: whoever calls may have a loop that runs

    def __enter__(self) -> "Stranger":
        return self

    def __exit__(self, *error: object) -> None:
        self._wait(self._close())
        self._thread.shutdown()
        self._loop.close()

    def _wait(self, talk: Coroutine[None, None, None]) -> None:
        self._thread.submit(self._loop.run_until_complete, talk).result()

    async def _close(self) -> None:
        socket, self._socket = self._socket, None
        if socket:
            await socket.close()

    def run(self, page: str, query: str, states: list[WidgetState] | None = None) -> None:
        """Run a page; return when the run has ended.

        Without values somebody new opens an address; with values the visit goes on.

        Raises:
            TimeoutError: it does not end in time.
            OSError: the server is gone.
            ConnectionClosed: it has ended the conversation.
        """
        self._wait(self._run(page, query, states))

    async def _run(self, page: str, query: str, states: list[WidgetState] | None) -> None:
        if states is None:
            await self._close()
            self.elements = []
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        for state in states or ():
            message.rerun_script.widget_states.widgets.add().CopyFrom(state)
        if not self._socket:
            self._socket = await protocol.conversation(self._address, ping_interval=None)
        try:
            self.failed = ""
            async with asyncio.timeout(PATIENCE):
                async for forward in protocol.run(self._socket, message):
                    if forward.WhichOneof("type") == "delta":
                        self._read(forward)
        except (TimeoutError, OSError, DecodeError, ConnectionClosed):
            await self._close()
            raise

    def _read(self, forward: ForwardMsg) -> None:
        element = forward.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.failed = element.exception.message
        elif kind == "alert" and WHAT_TO_DO in element.alert.body:
            self.failed = element.alert.body
        elif kind:
            identity = getattr(getattr(element, kind), "id", "")
            if isinstance(identity, str) and identity and identity not in self.elements:
                self.elements.append(identity)

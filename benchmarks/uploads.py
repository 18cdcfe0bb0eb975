"""What uploads leave in the server's memory: `python -m benchmarks.uploads`.

A crowd uploads large photos, reads the answers and leaves; one hostile visitor sends files that nobody asked for, and
files that are never looked at. The curve of the server's memory is printed for each, until half a minute after the last
has left.
"""

import argparse
import asyncio
import re
import sys
import time
import urllib.request
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import protocol
from benchmarks.serving import OURS, Server, machine, markdown
from fmnist_core.photos import samples

ALLOWED_MB, SECONDS = 200, 30  # what the server may hold so long after the last visitor has left


@dataclass(frozen=True)
class Slot:
    """Where one file may be sent: its id and the path of the address."""

    file_id: str
    path: str


class Uploader:
    """A visitor of Your garment who uploads: a websocket conversation, and PUT requests beside it.

    Args:
        address: of the server, http://….
    """

    def __init__(self, address: str):
        self.address = address
        self.session = ""
        self.page = ""  # everything that was written on the page in the last run
        self._token = token(address)
        self._widget = ""

    async def __aenter__(self) -> "Uploader":
        await self.come()
        await self.run([])
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.leave()

    async def come(self, session: str = "") -> None:
        """Connect; with the id of a session that was left a moment ago it is taken up again."""
        words = (self._token, session) if session else ()
        self._socket = await protocol.conversation(self.address, *words, open_timeout=120)

    async def leave(self) -> None:
        await self._socket.close()

    async def run(self, files: list[tuple[Slot, str, int]], way: str = "Upload", page: str = "garment") -> str:
        """Run a page with these files (slot, name, bytes) in its uploader; return what it says."""
        message = BackMsg()
        message.rerun_script.query_string = f"way={way}"
        message.rerun_script.page_name = page
        if files:
            state = message.rerun_script.widget_states.widgets.add()
            state.id = self._widget
            for slot, name, size in files:
                info = state.file_uploader_state_value.uploaded_file_info.add()
                info.file_id, info.name, info.size = slot.file_id, name, size
                info.file_urls.file_id = slot.file_id
                info.file_urls.upload_url = info.file_urls.delete_url = slot.path
        said: list[str] = []
        async with asyncio.timeout(300):
            async for forward in protocol.run(self._socket, message):
                kind = forward.WhichOneof("type")
                if kind == "new_session":
                    self.session = forward.new_session.initialize.session_id
                elif kind == "delta":
                    said += self._words(forward)
        self.page = " ".join(said)
        return self.page

    def _words(self, forward: ForwardMsg) -> list[str]:
        element = forward.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "file_uploader":
            self._widget = element.file_uploader.id
        source = {
            "html": element.html.body,
            "markdown": element.markdown.body,
            "alert": element.alert.body,
            "exception": element.exception.message,
        }.get(kind or "", "")
        return [re.sub(r"<[^>]+>", " ", source)]

    async def slots(self, count: int) -> list[Slot]:
        """Ask, as the browser does, where `count` files may be sent."""
        message = BackMsg()
        message.file_urls_request.request_id = str(uuid.uuid4())
        message.file_urls_request.file_names.extend(f"{k}.jpg" for k in range(count))
        message.file_urls_request.session_id = self.session
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(60):
            while True:
                forward = await protocol.receive(self._socket)
                if forward.WhichOneof("type") == "file_urls_response":
                    return [Slot(u.file_id, u.upload_url) for u in forward.file_urls_response.file_urls]

    def invented(self) -> Slot:
        """Return an address of this visitor's that the server has never given out."""
        file_id = str(uuid.uuid4())
        return Slot(file_id, f"/_stcore/upload_file/{self.session}/{file_id}")

    async def put(self, slot: Slot, content: bytes, name: str = "boot.jpg") -> tuple[int, str]:
        """Send a file; return the status and the text of the answer."""
        head = (
            f'--limit\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode()
        tail = b"\r\n--limit--\r\n"
        return await self.request("PUT", slot.path, head, content, tail)

    async def request(self, method: str, path: str, *parts: bytes) -> tuple[int, str]:
        host = self.address.removeprefix("http://")
        reader, writer = await asyncio.open_connection(*host.split(":"))
        try:
            writer.write(
                f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
                f"Cookie: _streamlit_xsrf={self._token}\r\nX-Xsrftoken: {self._token}\r\n"
                f"Content-Type: multipart/form-data; boundary=limit\r\n"
                f"Content-Length: {sum(map(len, parts))}\r\n\r\n".encode()
            )
            answering = asyncio.create_task(reader.read())
            try:
                for part in parts:
                    for start in range(0, len(part), 1 << 18):
                        if answering.done():  # refused before the end
                            break
                        writer.write(part[start : start + (1 << 18)])
                        await writer.drain()
            except ConnectionError:
                pass  # likewise; the answer may be there all the same
            try:
                answer = (await answering).decode("utf-8", "replace")
            except ConnectionError:  # closed before all was sent
                answer = ""
        finally:
            writer.close()
        if not answer:
            return 0, "the connection was closed"
        return int(answer.split()[1]), answer.partition("\r\n\r\n")[2]


def token(address: str) -> str:
    """Return the token against forged requests that a browser gets with the page."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=60) as answer:
        cookie = answer.headers.get("set-cookie", "")
    found = re.search(r"_streamlit_xsrf=([^;]+)", cookie)
    return found[1] if found else ""


def large_photo(megabytes: float) -> bytes:
    """Return a photo of a boot of that size: what follows a JPEG's end is nobody's picture."""
    photo = samples.jpeg("Boot")
    return photo + bytes(int(megabytes * 1e6) - len(photo))


async def upload_and_leave(address: str, visitors: int, megabytes: float) -> list[str]:
    """Let visitors upload a photo each, all at once, read the answer and leave; return what went wrong, in words."""
    content = large_photo(megabytes)
    wrong: list[str] = []

    async def one() -> None:
        try:
            async with Uploader(address) as visitor:
                slot = (await visitor.slots(1))[0]
                status, words = await visitor.put(slot, content)
                if status != 204:
                    wrong.append(f"{status}: {words[:200]}")
                    return
                page = await visitor.run([(slot, "boot.jpg", len(content))])
                if "Ankle boot" not in page:
                    wrong.append(page[-300:].strip())
        except (OSError, TimeoutError, websockets.WebSocketException) as problem:
            wrong.append(f"{type(problem).__name__}: {problem}")

    await asyncio.gather(*(one() for _ in range(visitors)))
    return wrong


async def flood(address: str, files: int, megabytes: float, invented: bool) -> list[int]:
    """Let one visitor send files without ever running the page with them.

    Args:
        address: of the server.
        files: how many.
        megabytes: of each.
        invented: to addresses that the server never gave out; else to addresses that the visitor asked for.

    Returns:
        The answers' status codes; 0 where the server closed the connection before it had everything.

    """
    content = large_photo(megabytes)
    codes: list[int] = []
    async with Uploader(address) as visitor:
        slots = [visitor.invented() for _ in range(files)] if invented else await visitor.slots(files)
        turn = asyncio.Semaphore(6)  # connections of a browser to one server

        async def one(slot: Slot) -> None:
            async with turn:
                codes.append((await visitor.put(slot, content))[0])

        await asyncio.gather(*(one(slot) for slot in slots))
    return codes


async def watch(server: Server, deed: Coroutine, after: float) -> tuple[object, list[tuple[float, float]], float]:
    """Return what a deed gives, the memory meanwhile and for so many seconds after, and when the deed ended.

    Returns:
        result, (seconds, MB) twice a second, seconds of the end.
    """
    curve: list[tuple[float, float]] = []
    began = time.perf_counter()

    async def look() -> None:
        while True:
            curve.append((time.perf_counter() - began, server.memory_mb()))
            await asyncio.sleep(0.5)

    looking = asyncio.create_task(look())
    result = await deed
    ended = time.perf_counter() - began
    await asyncio.sleep(after)
    looking.cancel()
    return result, curve, ended


def row(name: str, curve: list[tuple[float, float]], ended: float) -> list[str]:
    """Return a line of the table: memory before, at the peak, and 0, 10, 20 and 30 seconds after the last has left."""
    after = [next((mb for s, mb in curve if s >= ended + wait), curve[-1][1]) for wait in (0, 10, 20, SECONDS)]
    return [name, *(f"{mb:.0f} MB" for mb in (curve[0][1], max(mb for _, mb in curve), *after))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=200)
    parser.add_argument("--files", type=int, default=200, help="that the hostile visitor sends")
    parser.add_argument("--megabytes", type=float, default=20.0, help="of each file")
    args = parser.parse_args()
    rows, failures = [], []
    deeds = {
        f"{args.visitors} visitors upload {args.megabytes:g} MB each": lambda a: upload_and_leave(
            a, args.visitors, args.megabytes
        ),
        f"{args.files} files to invented addresses": lambda a: flood(a, args.files, args.megabytes, True),
        f"{args.files} files that nobody looks at": lambda a: flood(a, args.files, args.megabytes, False),
    }
    for name, deed in deeds.items():
        with Server(OURS) as server:
            server.wait()
            asyncio.run(upload_and_leave(server.address, 1, 0.1))  # the first visitor pays for the imports
            result, curve, ended = asyncio.run(watch(server, deed(server.address), SECONDS + 2))
            answers = [r for r in result if r != 204 and isinstance(r, str)] if isinstance(result, list) else []
            codes = sorted({str(r) for r in result if isinstance(r, int)}) if isinstance(result, list) else []
            rows.append([*row(name, curve, ended), ", ".join(codes) or f"{len(answers)} errors"])
            failures += answers
            print(name, " ".join(f"{s:.0f}s:{mb:.0f}" for s, mb in curve[:: max(1, len(curve) // 40)]), file=sys.stderr)
            if curve[-1][1] > ALLOWED_MB:
                failures.append(f"{name}: {curve[-1][1]:.0f} MB at the end, at most {ALLOWED_MB} were expected")
    headings = ["", "before", "peak", "last has left", "10 s later", "20 s", f"{SECONDS} s", "answers"]
    print(f"{machine()}\n\n{markdown(headings, rows)}")
    for line in sorted(set(failures))[:5]:
        print(line, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

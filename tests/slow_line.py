"""A line that delivers everything later: what a browser far away from the server meets."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress


class SlowLine:
    """Hands on what is sent to a server and what it answers, each after a delay.

    Args:
        port: of the server, on this machine.
        delay: in seconds, each way.
    """

    def __init__(self, port: int, delay: float):
        self._port, self._delay = port, delay
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = self._run(asyncio.start_server(self._meet, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def _run(self, work: Coroutine):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take all at once and give each part after its delay, in order."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def give() -> None:
            while True:
                due, part = await waiting.get()
                await asyncio.sleep(due - self._loop.time())
                if not part:
                    break
                writer.write(part)
                await writer.drain()
            writer.close()

        giving = asyncio.ensure_future(give())
        with suppress(OSError):
            while part := await reader.read(65536):
                waiting.put_nowait((self._loop.time() + self._delay, part))
        waiting.put_nowait((self._loop.time() + self._delay, b""))
        with suppress(OSError):
            await giving

    def stop(self) -> None:
        """Close the line, with all that is still on its way."""

        async def close() -> None:
            self._server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._run(close())
        self._loop.call_soon_threadsafe(self._loop.stop)

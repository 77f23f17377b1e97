"""A network between clients and a server that can be cut, that can lose answers, and that can hold things back."""

import asyncio
import contextlib
from dataclasses import dataclass, field


@dataclass
class Weather:
    """How the network is now. `holds_s` is how long a request is on its way; answers can get lost after it arrived."""

    cut: bool = False
    loses_answers: bool = False
    holds_s: float = 0.0


@dataclass
class Proxy:
    """Passes TCP connections on from one loopback port to another."""

    port: int
    to: int
    weather: Weather = field(default_factory=Weather)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Close everything."""
        self.reset()
        if self._server is not None:
            self._server.close()

    def reset(self) -> None:
        """Reset every connection that is open."""
        for writer in list(self._open):
            writer.transport.abort()

    def cut(self) -> None:
        """No network, until it is mended."""
        self.weather.cut = True
        self.reset()

    def mend(self) -> None:
        """The network is as it should be."""
        self.weather = Weather()

    async def lose_answers(self, seconds: float) -> None:
        """What is sent arrives and is answered, the answers do not come back; then connections are reset."""
        self.weather.loses_answers = True
        await asyncio.sleep(seconds)
        self.weather.loses_answers = False
        self.reset()

    async def hold(self, seconds: float, each_s: float) -> None:
        """For a while every request is on its way for `each_s`: longer than its sender waits, and yet it arrives."""
        self.weather.holds_s = each_s
        await asyncio.sleep(seconds)
        self.weather.holds_s = 0.0

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather.cut:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, server_writer}
        try:
            await asyncio.gather(
                self._pipe(reader, server_writer, asked=True), self._pipe(server_reader, writer, asked=False)
            )
        finally:
            self._open -= {writer, server_writer}
            writer.transport.abort()
            server_writer.transport.abort()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, asked: bool) -> None:
        with contextlib.suppress(OSError):
            while some := await reader.read(65_536):
                if asked and self.weather.holds_s:
                    await asyncio.sleep(self.weather.holds_s)
                if not asked and self.weather.loses_answers:
                    continue
                writer.write(some)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()

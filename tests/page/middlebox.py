"""What stands between a browser and the status service, such as a company's proxy."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSAL: Final = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Middlebox(ThreadingTCPServer):
    """Passes connections on to a port, or refuses them, as it is told; listens on a free port."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target = 0  # the port behind it
        self._refuses = threading.Event()
        self._open: set[socket.socket] = set()

    @property
    def port(self) -> int:
        """Where clients find it."""
        return int(self.server_address[1])

    @property
    def refuses(self) -> bool:
        """Whether nobody gets through at present."""
        return self._refuses.is_set()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Let nobody through for a while; who had got through is cut off."""
        self._refuses.set()
        for connection in list(self._open):
            with suppress(OSError):  # it has just ended by itself
                connection.shutdown(socket.SHUT_RDWR)
        try:
            yield
        finally:
            self._refuses.clear()

    def passed(self, client: socket.socket) -> None:
        """Carry bytes both ways until one side has ended."""
        with (
            suppress(OSError),  # nobody is there, or one is gone in the middle
            socket.create_connection(("127.0.0.1", self.target)) as service,
            selectors.DefaultSelector() as waiting,
        ):
            waiting.register(client, selectors.EVENT_READ, (client, service))
            waiting.register(service, selectors.EVENT_READ, (service, client))
            self._open.add(client)
            try:
                while not self.refuses and all(carried(*key.data) for key, _ in waiting.select()):
                    pass
            finally:
                self._open.discard(client)


class _Connection(BaseRequestHandler):
    server: Middlebox

    def handle(self) -> None:
        if not self.server.refuses:
            self.server.passed(self.request)
        elif self.request.recv(1 << 16):
            self.request.sendall(REFUSAL)


def carried(source: socket.socket, target: socket.socket) -> bool:
    """Whether there was something to carry; nothing is the end."""
    block = source.recv(1 << 16)
    target.sendall(block)
    return bool(block)


@contextmanager
def middlebox() -> Iterator[Middlebox]:
    """One that runs."""
    with Middlebox() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()

"""An S3 server that throws every byte away, most of them unread: what is left is sending.

``python -m tests.bench.sink PORT`` answers what a multipart upload asks, and nothing else.
"""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from cli.local.ports import free_ports
from shared.settings import S3Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTED = (
    b"<InitiateMultipartUploadResult><Bucket>bench</Bucket><Key>k</Key><UploadId>u</UploadId>"
    b"</InitiateMultipartUploadResult>"
)


@contextmanager
def discarding_s3() -> Iterator[S3Settings]:
    """How to reach one that runs in a process of its own, on a free port."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.sink", str(port)])
    try:
        while server.poll() is None:
            with suppress(OSError):
                urllib.request.urlopen(url).close()
                break
        yield S3Settings(bucket="bench", endpoint=url, access_key_id="any", secret_access_key="any")
    finally:
        server.terminate()
        server.wait()


class _Discard(BaseHTTPRequestHandler):
    """One connection; the kernel drops what comes (``MSG_TRUNC``), which costs next to nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Ready."""
        self._answer()

    def do_POST(self) -> None:
        """Any upload is called ``u``."""
        self._answer(STARTED)

    def do_DELETE(self) -> None:
        """An upload; there is nothing left of it."""
        self._answer()

    def do_PUT(self) -> None:
        """A part, thrown away."""
        left = int(self.headers["Content-Length"])
        assert isinstance(self.rfile, io.BufferedReader)
        if left:
            left -= len(self.rfile.read(min(left, len(self.rfile.peek()))))
        unused = memoryview(bytearray(1 << 20))
        while left > 0:
            dropped = self.connection.recv_into(unused[:left], 0, socket.MSG_TRUNC)
            if not dropped:
                return  # they have hung up
            left -= dropped
        self._answer()

    def _answer(self, body: bytes = b"") -> None:
        self.send_response(200)
        self.send_header("ETag", '"0"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Discard).serve_forever()

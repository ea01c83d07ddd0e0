"""Parts on their way to a server that fails first: what comes at last is what was sent."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.settings import S3Settings
from shared.storage.bucket import open_storage
from shared.storage.memory_body import PIECE_BYTES, MemoryBody

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _failing_once(bodies: list[bytes]) -> Iterator[str]:
    """An S3 server that takes every part the second time only; its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(503 if len(bodies) % 2 else 200)
            self.send_header("ETag", '"0"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.mark.parametrize("size_bytes", [1, PIECE_BYTES, 2 * PIECE_BYTES + 7])
async def test_a_part_is_sent_again_from_its_start(size_bytes: int) -> None:
    """The SDK tries again where the server is busy, with all bytes and in their order."""
    data = Random(size_bytes).randbytes(size_bytes)
    bodies: list[bytes] = []
    with _failing_once(bodies) as url:
        settings = S3Settings(
            bucket="b", endpoint=url, access_key_id="any", secret_access_key="any"
        )
        async with open_storage(settings) as storage:
            await storage.put_part("k", "u", 1, bytearray(data))
    assert bodies == [data, data]


@given(
    data=st.binary(max_size=50),
    steps=st.lists(st.tuples(st.sampled_from(["read", "seek"]), st.integers(0, 60))),
)
def test_it_reads_like_a_file(data: bytes, steps: list[tuple[str, int]]) -> None:
    """As Python's own file in memory, which the SDK would have made of it."""
    ours, theirs = MemoryBody(data), io.BytesIO(data)
    assert len(ours) == len(data)
    for step, number in steps:
        if step == "seek":
            assert ours.seek(number) == theirs.seek(number)
        else:
            assert ours.read(number) == theirs.read(number)
        assert ours.tell() == theirs.tell()
    assert ours.seek(0, io.SEEK_END) == len(data)

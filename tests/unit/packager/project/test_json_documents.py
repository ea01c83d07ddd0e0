from __future__ import annotations

import tracemalloc
import zlib

import pytest

from services.packager.project import json_documents
from services.packager.project.json_documents import parse, unpack
from services.packager.project.unreadable import UnreadableError
from tests.engine import aelv


def test_text_and_binary_hold_the_same() -> None:
    """Whatever the packing, and with or without a byte order mark."""
    text = '{"name": "Höhle"}'.encode()
    assert parse(text) == parse(aelv(text)) == parse(b"\xef\xbb\xbf" + text) == {"name": "Höhle"}


def test_the_length_may_count_characters() -> None:
    """Older editors wrote it so."""
    text = '{"name": "ÄÄÄÄÄÄÄÄ"}'
    assert parse(aelv(text.encode(), length=len(text))) == {"name": "ÄÄÄÄÄÄÄÄ"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": 1,\n "b": }', r"not valid JSON.*in line 2"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": 1e999}', "not valid JSON"),
        (b'{"a": "\xff"}', "not valid JSON|not UTF-8"),
        (b"[1]", "no JSON object"),
        (b"", "not valid JSON"),
        (b'{"a":' + b"[" * 500_000 + b"]" * 500_000 + b"}", "nested deeper"),
        (aelv(b"{}")[:10], "cut short: its header"),
        (aelv(b'{"a": 1}')[:-3], "cut short"),
        (aelv(b"{}", version=2), "version 2"),
        (aelv(b"{}")[:16] + b"no zlib data", "cannot be unpacked|cut short"),
        (aelv(b"{}", length=json_documents.MAX_TEXT_BYTES + 1), "announces"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """Never another exception, whatever the bytes."""
    with pytest.raises(UnreadableError, match=reason):
        parse(data)


def test_a_bomb_is_not_unpacked() -> None:
    """A few bytes that stand for 64 MiB stop at what they announce."""
    bomb = aelv(bytes(1 << 26), length=1_000)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError, match="does not unpack to the 1,000 bytes"):
            unpack(bomb)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_what_is_packed_twice_is_no_scene() -> None:
    """Only one layer is taken off."""
    with pytest.raises(UnreadableError, match="not valid JSON"):
        parse(aelv(zlib.compress(b"{}")))

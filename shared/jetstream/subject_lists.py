"""The subjects of a stream, out of an answer that may hold 100,000 of them: 6 MB.

Decoded whole it would hold up whatever else the process does for a third of a second.

Source:
    NATS documentation, "JetStream wire API": STREAM.INFO with ``subjects_filter``.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import msgspec
from nats.js.errors import APIError

AT_ONCE: Final = 65_536  # bytes that are read without a pause, in less than a millisecond
_BEGIN: Final = b'"subjects":{'  # within a text its quotes would be escaped
_NEXT: Final = b',"'  # likewise: between two subjects, or behind them all
_SUBJECTS: Final = msgspec.json.Decoder(dict[str, int])
_SUBJECT: Final = re.compile(rb'("(?:[^"\\]|\\.)*":\d+),?')


class _Rest(msgspec.Struct, frozen=True):
    total: int = 0
    error: dict[str, Any] | None = None


async def read_subjects(answer: bytes) -> tuple[list[str], int]:
    """The subjects of an answer, and how many there are in all.

    Raises:
        nats.js.errors.APIError: It is a refusal.
    """
    head, begin, told = answer.partition(_BEGIN)
    found: list[str] = []
    end = 0
    while begin and (cut := told.find(_NEXT, end + AT_ONCE)) > 0:
        try:
            found += _SUBJECTS.decode(b"{" + told[end:cut] + b"}")
        except msgspec.DecodeError:
            break  # the last are here, and what stands behind them
        end = cut + 1
        await asyncio.sleep(0)
    while begin and (subject := _SUBJECT.match(told, end)):
        found += _SUBJECTS.decode(b"{" + subject[1] + b"}")
        end = subject.end()
    rest = msgspec.json.decode(head + begin + told[end:], type=_Rest)
    if rest.error is not None:
        raise APIError.from_error(rest.error)
    return found, rest.total

"""The WebSocket's messages, each one JSON object (``docs/integration.md``, "Watch it")."""

from __future__ import annotations

from typing import Literal

import msgspec

from shared.domain.events import Timestamp
from shared.domain.export_document import State
from shared.domain.progress import Level


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="type"):
    """What every message has: the export it is about."""

    export_id: str


class Ready(Message, frozen=True, kw_only=True, tag="ready"):
    """The first message; its ``epoch`` tells one life of the log stream from another."""

    epoch: str


class ExportStatus(Message, frozen=True, kw_only=True, tag="export-status"):
    """The whole state of the export; ``seq`` is the revision of its document."""

    seq: int
    state: State


class Log(Message, frozen=True, kw_only=True, tag="log"):
    """One line of the log; ``seq`` is its stream sequence."""

    seq: int
    ts: Timestamp
    level: Level
    message: str


class Gap(Message, frozen=True, kw_only=True, tag="gap"):
    """Lines with these sequences may have been there and cannot be shown."""

    from_: int = msgspec.field(name="from")
    to: int


class PreviewMessage(Message, frozen=True, kw_only=True, tag="preview"):
    """A picture of a film that is being made: ``frame``, from 0, of ``frames``; ``fps`` are filmed.

    They are filmed in several places at once, so that ``frame`` may be lower than before.
    """

    generation: int
    frame: int
    frames: int
    fps: float
    media_type: Literal["image/jpeg"] = "image/jpeg"
    data: bytes  # Base64 in JSON, at most 20,000 bytes before that


class ErrorMessage(Message, frozen=True, kw_only=True, tag="error"):
    """Why the socket is about to be closed."""

    error: str
    code: str


encode = msgspec.json.Encoder().encode

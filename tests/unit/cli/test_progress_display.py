from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from cli.progress_display import Lines
from shared.domain.events import now
from shared.domain.export_document import fold
from shared.domain.export_view import as_of_now
from tests.unit.sample_events import generation

if TYPE_CHECKING:
    import pytest

    from shared.domain.events import AnyEvent


def test_one_who_waits_is_told_why_and_until_when(capsys: pytest.CaptureFixture[str]) -> None:
    """Between two attempts."""
    requested, started, waiting = generation()[:3]
    soon: AnyEvent = msgspec.structs.replace(waiting, retry_at=now() + timedelta(minutes=1))
    document = None
    for seq, event in enumerate((requested, started, soon), start=1):
        document = fold(document, event, seq)
    assert document is not None
    state: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(as_of_now(document)))
    Lines().state(state)
    told = capsys.readouterr().err
    assert "Try again. The next attempt comes by itself. It is due at " in told

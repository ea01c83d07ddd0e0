from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cli.progress_display import Lines
from shared.domain.export_document import fold
from tests.unit.sample_events import generation

if TYPE_CHECKING:
    import pytest


def test_one_who_waits_is_told_why_and_until_when(capsys: pytest.CaptureFixture[str]) -> None:
    """Between two attempts."""
    document = None
    for seq, event in enumerate(generation()[:3], start=1):
        document = fold(document, event, seq)
    assert document is not None
    state: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document.state))
    Lines().state(state)
    told = capsys.readouterr().err
    assert "Try again. Next attempt at " in told

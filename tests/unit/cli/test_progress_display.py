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


def test_a_pipe_hears_of_each_kind_of_step_and_of_each_tenth(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a film does after its site is packed is another step, however little has been done."""
    lines = Lines()
    for percent, step, left_s in (
        (44.0, "Packing: 1 of 59 files", 90.0),
        (44.3, "Packing: 59 of 59 files", 89.0),
        (44.4, "Filming: frame 0 of 15", 88.4),
        (46.0, "Filming: frame 1 of 15, 1.0 frames/s", 80.0),
        (51.0, "Filming: frame 3 of 15, 1.0 frames/s", 0.2),
    ):
        lines.state(
            {
                "status": "building",
                "progress": percent,
                "currentStep": step,
                "waitingReason": None,
                "eta": {"p50S": left_s, "p90S": 2 * left_s},
            }
        )
    assert capsys.readouterr().err.splitlines() == [
        " 44.0 %  building    Packing: 1 of 59 files; 90 s left",
        " 44.4 %  building    Filming: frame 0 of 15; 88 s left",
        " 51.0 %  building    Filming: frame 3 of 15, 1.0 frames/s",
    ]

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from shared.domain.build_warnings import BuildWarning, BuildWarnings
from shared.domain.events import (
    AnyEvent,
    ExportCompleted,
    ExportPackaged,
    ExportRequested,
    StageSeconds,
    StoredPart,
    decode_event,
    encode_event,
)
from tests.unit.sample_events import START, UPLOAD, generation

GOLDEN = Path(__file__).parent / "golden"
EVENTS = {type(event): event for event in generation()}


@pytest.mark.parametrize("kind", get_args(AnyEvent), ids=lambda kind: kind.__name__)
def test_facts_keep_the_form_that_is_in_the_stream(kind: type[AnyEvent]) -> None:
    """What was written once can be read for as long as the stream keeps it.

    A changed form is a new version: a new class with a new tag and its own golden file.
    """
    tag = str(kind.__struct_config__.tag)
    golden = (GOLDEN / f"{tag}.json").read_bytes()
    assert decode_event(golden) == EVENTS[kind]
    assert msgspec.json.format(encode_event(EVENTS[kind])) + b"\n" == golden


def test_what_was_added_since_has_a_form_of_its_own() -> None:
    """Fields that messages of older workers lack; those are the other golden files."""
    replace = msgspec.structs.replace
    warnings = BuildWarnings(count=1, first=(BuildWarning(code="odd", message="Look at it."),))
    added = {
        "export.requested.v1.fresh": replace(EVENTS[ExportRequested], fresh=True),
        "export.packaged.v1.stages": replace(
            EVENTS[ExportPackaged], stages=StageSeconds(fetch_s=1.5, plan_s=20.25, pack_s=39.25)
        ),
        "export.packaged.v1.inputs": replace(EVENTS[ExportPackaged], inputs="1" * 64),
        "export.packaged.v1.parts": replace(
            EVENTS[ExportPackaged],
            upload=replace(UPLOAD, parts=(StoredPart('"e"', 8),)),
        ),
        "export.completed.v1.reused": replace(
            EVENTS[ExportCompleted], build_s=0.0, built_at=START, warnings=warnings
        ),
    }
    for name, event in added.items():
        golden = (GOLDEN / f"{name}.json").read_bytes()
        assert decode_event(golden) == event
        assert msgspec.json.format(encode_event(event)) + b"\n" == golden


def test_a_request_says_how_large_its_project_is() -> None:
    """Requests of earlier gateways do not."""
    golden = (GOLDEN / "export.requested.v1.project-bytes.json").read_bytes()
    with_size = msgspec.structs.replace(EVENTS[ExportRequested], project_bytes=2_000_000_000)
    assert decode_event(golden) == with_size
    assert msgspec.json.format(encode_event(with_size)) + b"\n" == golden


def test_unknown_versions_are_not_guessed() -> None:
    """An event of a later version is an error, not half an event."""
    golden = (GOLDEN / "export.requested.v1.json").read_bytes()
    with pytest.raises(msgspec.ValidationError):
        decode_event(golden.replace(b"requested.v1", b"requested.v9"))


def test_fields_that_a_later_version_adds_are_ignored() -> None:
    """Old workers go on reading events that carry more than they know."""
    golden = (GOLDEN / "export.canceled.v1.json").read_bytes()
    more = golden.replace(b'"reason"', b'"later": 1, "reason"')
    assert decode_event(more) == decode_event(golden)

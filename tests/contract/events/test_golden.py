from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from shared.domain.events import AnyEvent, decode_event, encode_event
from tests.unit.sample_events import generation

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

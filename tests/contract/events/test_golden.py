from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from shared.domain import events
from shared.domain.events import AnyFact
from tests.unit.sample_events import generation

GOLDEN = Path(__file__).parent / "golden"
FACTS = {type(fact): fact for fact in generation()}


@pytest.mark.parametrize("kind", get_args(AnyFact), ids=lambda kind: kind.__name__)
def test_facts_keep_the_form_that_is_in_the_stream(kind: type[AnyFact]) -> None:
    """What was written once can be read for as long as the stream keeps it.

    A changed form is a new version: a new class with a new tag and its own golden file.
    """
    tag = str(kind.__struct_config__.tag)
    golden = (GOLDEN / f"{tag}.json").read_bytes()
    assert events.decode(golden) == FACTS[kind]
    assert msgspec.json.format(events.encode(FACTS[kind])) + b"\n" == golden


def test_unknown_versions_are_not_guessed() -> None:
    """A fact of a later version is an error, not half a fact."""
    golden = (GOLDEN / "export.requested.v1.json").read_bytes()
    with pytest.raises(msgspec.ValidationError):
        events.decode(golden.replace(b"requested.v1", b"requested.v9"))


def test_fields_that_a_later_version_adds_are_ignored() -> None:
    """Old workers go on reading facts that carry more than they know."""
    golden = (GOLDEN / "export.canceled.v1.json").read_bytes()
    more = golden.replace(b'"reason"', b'"later": 1, "reason"')
    assert events.decode(more) == events.decode(golden)

from __future__ import annotations

import pytest

from shared.errors import as_sentence


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("no exporter for 'amiga'", "No exporter for 'amiga'."),
        ("It was delivered twice.", "It was delivered twice."),
        ("'a.png': not a picture", "'a.png': not a picture."),
        ("index.html is missing", "index.html is missing."),
        ("really?", "really?"),
        ("a.ts:1: wrong\n    > 1 | let a = ;", "a.ts:1: wrong\n    > 1 | let a = ;"),
    ],
)
def test_an_error_becomes_a_sentence(message: str, sentence: str) -> None:
    """Names and paths stay as they are."""
    assert as_sentence(message) == sentence

"""What a maker is told of a game that becomes one file."""

from __future__ import annotations

import pytest

from tests.projects import build, request

EVAL = "runs text as code"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("eval(text)", True),
        ("const sum = new Function('a', 'b', 'return a + b')", True),
        ("self = this || new Function('return this')(); eval(text)", True),
        ('try { self = this || new Function("return this")() } catch { self = window }', False),
        ("medieval(); object.eval(text)", False),
    ],
)
def test_code_that_strict_pages_refuse_is_told(script: str, *, told: bool) -> None:
    """But not what bundlers ask for the window, which they can do without."""
    files = {"index.html": b"<script src=main.js></script>", "main.js": script.encode()}
    notes = build(files, request("web", format="single-file")).plan.notes
    assert any(note.file == "main.js" and EVAL in note.message for note in notes) is told

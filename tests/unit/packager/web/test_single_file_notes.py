"""What a maker is told of a game that becomes one file."""

from __future__ import annotations

from typing import Any

import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from services.packager.web.single_file.bundling import PageBundler
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


def test_a_module_that_cannot_be_placed_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than bundled as if it lay elsewhere."""
    compile_ = PageBundler._compile

    def slow(bundler: PageBundler, arguments: Any) -> str | None:
        places = any("import.meta.url" in argument for argument in arguments)
        return None if places else compile_(bundler, arguments)

    monkeypatch.setattr(PageBundler, "_compile", slow)
    page = b"<script type=module src=main.js></script>"
    files = {"index.html": page, "main.js": b"fetch(new URL('a', import.meta.url))"}
    with pytest.raises(InvalidProjectError, match=r"main\.js: could not be bundled within"):
        build(files, request("web", format="single-file"))

"""Which strings of a script name modules."""

from __future__ import annotations

import pytest

from services.packager.web.html5.url_scanner import js_urls

NAMES = [
    *("three", "three/addons/controls.js", "@s/name", "#inner", "~/lib", "$lib/a", "a.b-c_d"),
    *("./a b (1).js", "../a,b.js", "/a=b.js", ".", "..", "node:fs", "https://host/a(1).js"),
    *("./a.js?raw", "pkg/a.svg?url", "npm:lit@3"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quote", "'\"`")
def test_modules_have_names(name: str, quote: str) -> None:
    """Whatever a file is called, and packages by the letters that registries allow."""
    text = f"import a from {quote}{name}{quote};import({quote}{name}{quote})"
    assert list(js_urls(text)) == [(1, name, "module"), (1, name, "dynamic")]


@pytest.mark.parametrize(
    "between",
    [",0),e.to=a(e,", "]=e[", "+b+", ");f(", ":1,to:", "in e?a(", "===t||t===", ".length,"],
)
@pytest.mark.parametrize("word", ["from", "import"])
def test_code_between_two_strings_is_no_module(word: str, between: str) -> None:
    """A quote in a regular expression has shifted which text is a string."""
    text = f"a=/['x]/.test(b);e.x=a(e,'{word}'{between}'to',1)"
    assert list(js_urls(text)) == []

"""Pages that would show nothing are refused, and what browsers cannot read is told."""

from __future__ import annotations

import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from tests.projects import build, request

CANVAS = "<!doctype html><title>T</title><canvas></canvas>"


def _notes(page: str, **files: str) -> list[str]:
    contents = {name.replace("_", "."): text.encode() for name, text in files.items()}
    built = build({"index.html": page.encode(), **contents}, request("web"))
    return [str(note) for note in built.plan.notes if note.level == "warning"]


@pytest.mark.parametrize(
    ("page", "script", "why"),
    [
        ("", None, "it has no script"),
        ("<title>T</title><!-- Hello --><body>&nbsp;\n</body>", None, "it has no script"),
        ("<noscript>Turn scripts on</noscript>", None, "it has no script"),
        ("<template><p>Hello</p></template>", None, "it has no script"),
        ("<canvas>Your browser is too old</canvas>", None, "it has no script"),
        ("<div id=app></div>", None, "it has no script"),
        ("<script type=application/json>{}</script>", None, "it has no script"),
        ("<script src=a.js nomodule></script>", "", "it has no script"),
        (f"{CANVAS}<script src=a.js></script>", None, "'a.js' is not in the project"),
        (f"{CANVAS}<script src=A.js></script>", "start()", "is spelled 'a.js'"),
        (f"{CANVAS}<script src=a.js></script>", "", "'a.js' is empty"),
        (f"{CANVAS}<script src=a.js></script>", "/* TODO */ // later", "'a.js' is empty"),
        (f"{CANVAS}<script src=a.js></script>", "let a = ;", 'a.js:1: never runs: Unexpected ";"'),
        (f"{CANVAS}<script src=a.js></script>", "import './b.js'", "it is written as a module"),
        (f"{CANVAS}<script>\nlet a = ;</script>", None, "index.html:2: never runs"),
        (f"{CANVAS}<script>\n</script>", None, "the script in line 1 is empty"),
        (
            f"{CANVAS}<script type=module src=b.js></script>",
            "import './gone.js'",
            "a.js:1: './gone.js' is not in the project",
        ),
        (
            f"{CANVAS}<style>*{{margin:0}}</style><script src=gone.js></script>",
            None,
            "'gone.js' is not in the project",
        ),
    ],
)
def test_a_page_that_shows_nothing_is_refused(page: str, script: str | None, why: str) -> None:
    """It says what is missing: scripts that never run count as none."""
    files = {"b_js": "import './a.js'; import './c.js'", "c_js": "import './b.js'"}
    with pytest.raises(InvalidProjectError) as caught:
        _notes(page, **files, **({} if script is None else {"a_js": script}))
    (error,) = caught.value.errors
    assert error.file == "index.html"
    assert "shows nothing" in error.message
    assert why in error.message


@pytest.mark.parametrize(
    "page",
    [
        "Hello",
        "<img src=a.png alt=a>",
        "<svg><circle r=9 /></svg>",
        "<div style='background: red'></div>",
        "<style>body { background: red }</style>",
        "<link rel=stylesheet href=a.css><div></div>",
        "<body onload='start()'></body>",
        "<meta http-equiv=refresh content='0; url=a.html'>",
        "<iframe src=a.html></iframe>",
        f"{CANVAS}<script>start()</script>",
        f"{CANVAS}<script src=https://a.b/c.js></script>",
        f"{CANVAS}<script src=/a.js></script>",
        f"{CANVAS}<script src=gone.js></script><script src=a.js></script>",
        "<p>Loading</p><script src=gone.js></script>",
    ],
)
def test_a_page_that_may_show_something_is_exported(page: str) -> None:
    """Only what is certain is refused."""
    _notes(page, a_js="start()", a_css="div { background: red }", a_html="Hello", a_png="")


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<script src=a.js></script>", "a.js:2: never runs: Expected identifier but found"),
        ("<script type=module src=a.js></script>", "a.js:2: never runs"),
        ("<script type=module>import('./a.js')</script>", "a.js:2: never runs"),
        ("<script>new Worker('a.js')</script>", "a.js:2: never runs"),
        ("<script>\n\nlet b = ;</script>", "index.html:3: never runs"),
        ("<script>export const a = 1</script>", "index.html:1: never runs: it is written as a mo"),
        ("<script>await start()</script>", "index.html:1: never runs: it is written as a module"),
        ("<script src=m.js></script>", "m.js:1: never runs: it is written as a module"),
        ("<style>\na { color: red }}</style>", "index.html:2: is no CSS from here"),
        ("<link rel=stylesheet href=a.css>", "a.css:2: is no CSS from here"),
        ("<style>@import 'a.css';</style>", "a.css:2: is no CSS from here"),
    ],
)
def test_what_no_browser_can_read_is_told(page: str, told: str) -> None:
    """Once, with file, line and what it means."""
    files = {"a_js": "start();\nlet {;", "a_css": "a { color: red; }\n} b { c", "m_js": "export {}"}
    (note,) = _notes(f"<p>Hello</p>{page}", **files)
    assert note.startswith(told)


@pytest.mark.parametrize(
    "page",
    [
        "<script src=a.js></script>",
        "<script type=module src=m.js></script>",
        "<script type=text/template>let = ;</script>",
        "<style>a { *zoom: 1; -x-y: z } @media print { a { b: c } }</style>",
        "<script><!--\nstart()\n--></script>",
    ],
)
def test_what_browsers_read_is_not_mentioned(page: str) -> None:
    """Sloppy as it may be; and a broken file that nothing loads is not worth a word."""
    sloppy = "with (a) { b = 010 }\nvar await = 1; import('./m.js');"
    files = {"a_js": sloppy, "m_js": "await 1; export {}", "gone_js": "let = ;", "b_css": "}}"}
    assert _notes(f"<p>Hello</p>{page}", **files) == []


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_scripts_in_older_encodings_are_read(codec: str) -> None:
    """As browsers read them."""
    files = {"index.html": b"<script src=a.js></script>", "a.js": "let é = 'é';".encode(codec)}
    built = build(files, request("web"))
    assert not [note for note in built.plan.notes if note.level == "warning"]


def test_a_large_bundle_is_read() -> None:
    """What a bundler wrote may be cut short, too."""
    code = "function f(a){return a.map(function(x){return x*2})};" * 20_000
    (note,) = _notes("<p>Hello</p><script src=a.js></script>", a_js=code + "function(")
    assert note.startswith("a.js:1: never runs: ")

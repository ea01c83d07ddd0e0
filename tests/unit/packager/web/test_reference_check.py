"""Warnings about references that work on the maker's disk and break on a host."""

from __future__ import annotations

import pytest

from services.packager.project.html_page import read_page
from services.packager.web.reference_check import check
from tests.projects import in_memory


def _notes(page: str, **files: str) -> list[str]:
    contents = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    contents["index.html"] = page
    project = in_memory({path: text.encode() for path, text in contents.items()})
    return [str(note) for note in check(project, read_page(page.encode()))]


@pytest.mark.parametrize(
    "page",
    [
        '<script src="main.js"></script>',
        '<script src="./main.js?v=3#x"></script>',
        '<script type="module">import {a} from "./main.js"; import * as b from "./b.js"</script>',
        '<script>// import "./gone.js"\nconst s = "import \'./gone.js\'"</script>',
        "<script>`fetch('gone.json')`; /* import './gone.js' */</script>",
        '<script>fetch(name + ".json"); fetch(`levels/${n}.json`); fetch("api/scores")</script>',
        '<script>object.import("./gone.js"); const export_ = "./gone.js"</script>',
        '<img src="data:image/png;base64,AA"><a href="#top"></a><a href="mailto:a@b.c"></a>',
        '<img src="https://example.com/a.png"><img src="//example.com/a.png">',
        '<img srcset="a%20b.png 1x, main.js 2x">',
        '<img srcset="data:image/png;base64,AA 1x,main.js 2x, main.js,">',
        '<script type="importmap">{"imports": {"three": "./main.js", "x/": "./x/"}}</script>\
<script type="module">import * as three from "three"</script>',
        '<script type="text/template"><img src="gone.png"></script>',
        "<!-- <img src=gone.png> --><style>/* url(gone.png) */</style>",
        '<a href="./"></a><a href="levels/"></a>',
        '<base href="levels/"><img src="../main.js">',
    ],
)  # fmt: skip
def test_what_works_is_not_mentioned(page: str) -> None:
    """No warning for what a host serves, for other sites, and for what only looks like code."""
    assert _notes(page, main_js="", b_js="", **{"a b_png": ""}) == []


@pytest.mark.parametrize(
    ("page", "place", "remedy"),
    [
        ('\n<img src="/a.png">', "index.html:2", "write it relative"),
        ("<style>\n\nb { background: url(/a.png) }</style>", "index.html:3", "write it relative"),
        ('<img src="A.PNG">', "index.html:1", "is spelled 'a.png'"),
        ('<img src="gone.png">', "index.html:1", "is not in the project"),
        ('<video poster="gone.png">', "index.html:1", "is not in the project"),
        ('<img srcset="a.png 1x, gone.png 2x">', "index.html:1", "'gone.png' is not"),
        ('<link rel="stylesheet" href="gone.css">', "index.html:1", "is not in the project"),
        ('<script src="src/main.ts"></script>', "index.html:1", "is not compiled"),
        ('<script type=module>\nimport "./App.jsx"</script>', "index.html:2", "is not compiled"),
        ('<script type=module>import T from "three"</script>', "index.html:1", "bare module name"),
        ('<script>const l = await import("./gone.js")</script>', "index.html:1", "is not in"),
        ('<script>new URL("./gone.js", import.meta.url)</script>', "index.html:1", "is not"),
        ('<script>fetch("gone.json")</script>', "index.html:1", "is not in the project"),
        ('<script>fetch("/api/scores")</script>', "index.html:1", "write it relative"),
        ('<img src="../up.png">', "index.html:1", "outside of the project"),
        ('<base href="/game/"><img src="gone.png">', "index.html:1", "write it relative"),
        ('<script type="importmap">{"imports":{"a":"./no.js"}}</script>', "index.html:1", "is not"),
    ],
)  # fmt: skip
def test_what_breaks_is_named_with_its_place_and_a_remedy(
    page: str, place: str, remedy: str
) -> None:
    """One warning says the file, the line, and what to do."""
    (note,) = _notes(page, a_png="")
    assert note.startswith(f"{place}: ")
    assert remedy in note


def test_references_are_followed_from_file_to_file() -> None:
    """Styles and scripts are looked at where something refers to them, relative to themselves."""
    notes = _notes(
        '<link rel="stylesheet" href="css/a.css"><script type="module" src="js/a.js"></script>',
        css__a_css='@import "b.css";\n@font-face { src: url("../gone.woff2") }',
        css__b_css="i { background: url( 'gone.png' ) }",
        js__a_js='import{x as y}from"./b.js";\nexport * from "./c.js"',
        js__b_js='fetch("data.json")',
        js__unused_js='import "./gone.js"',
    )
    assert sorted(note.split(":")[0] for note in notes) == [
        "css/a.css",
        "css/b.css",
        "js/a.js",
        "js/b.js",
    ]


def test_the_same_fault_is_told_once_per_file() -> None:
    """A tile that is missing a hundred times is one warning."""
    assert len(_notes('<img src="gone.png">' * 100)) == 1

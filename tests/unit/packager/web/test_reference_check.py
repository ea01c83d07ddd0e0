"""Warnings about references that work on the maker's disk and break on a host."""

from __future__ import annotations

import pytest

from services.packager.web.reference_check import load
from tests.projects import in_memory


def _notes(page: str, **files: str) -> list[str]:
    contents = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    contents["index.html"] = page
    project = in_memory({path: text.encode() for path, text in contents.items()})
    return [str(note) for note in load(project).notes]


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
        '<script type="importmap">{"imports": {"x/": "./", "t": "https://a.b/t.js"}}</script>\
<script type="module">import "x/main.js"; import "t"</script>',
        '<script type="importmap">{"scopes": {"./": {"a": "./b.js"}}}</script>\
<script type="module">import "a"</script>',
        '<script type="importmap">{"imports": {"a": "./gone.js"}}</script>',
        '<script>import("./levels/" + n + ".js"); import(`./levels/${n}.js`)</script>',
        '<script>i.src = "gone" + n; new Audio("gone" + n); x.open("GET", "gone." + n)</script>',
        '<script>o.src = "gone.png"; o.src == "MAIN.js"; open("MAIN.js"); new Worker(u)</script>',
        '<script>new Worker("main.js"); new Audio(`b.js`); importScripts("main.js", x)</script>',
        '<script src="http://localhost/a.js"></script><a href="http://a.b/"></a>',
        '<script>fetch("https://a.b/c.json"); new WebSocket("wss://a.b/c")</script>',
        '<script src="a.js">import "./gone.js"</script>'.replace("a.js", "main.js"),
        '<script type="text/template"><img src="gone.png"></script>',
        "<!-- <img src=gone.png> --><style>/* url(gone.png) */</style>",
        '<a href="./"></a><a href="levels/"></a>',
        '<base href="levels/"><img src="../main.js">',
        '<script>load("/gone.png"); at == "/main.js"; u.endsWith("/main.js")</script>',
        '<script>top + "/main.js"; load("/main.js" + v); load("/main.js".slice(1))</script>',
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
        ("<script>\nload('/a.png')</script>", "index.html:2", "write it relative"),
        ('<script>x = {sky: "/a.png"}</script>', "index.html:1", "write it relative"),
        ("<script>all = [`/a.png`, 1]</script>", "index.html:1", "write it relative"),
        ('<img src="../up.png">', "index.html:1", "outside of the project"),
        ('<base href="/game/"><img src="gone.png">', "index.html:1", "write it relative"),
    ],
)  # fmt: skip
def test_what_breaks_is_named_with_its_place_and_a_remedy(
    page: str, place: str, remedy: str
) -> None:
    """One warning says the file, the line, and what to do."""
    (note,) = _notes(page, a_png="")
    assert note.startswith(f"{place}: ")
    assert remedy in note


@pytest.mark.parametrize(
    "code",
    [
        'new Worker("js/Worker.js")',
        'new window.SharedWorker( "js/Worker.js", "n")',
        'navigator.serviceWorker.register("js/Worker.js")',
        'context.audioWorklet.addModule("js/Worker.js")',
        'const i = new Image(); i.src = "js/Worker.js";',
        'i.src="js/Worker.js"',
        'new Audio("js/Worker.js")',
        "new Audio(`js/Worker.js`)",
        'request.open("GET", "js/Worker.js", true)',
        "request.open('POST','js/Worker.js')",
        'importScripts("js/worker.js", "js/Worker.js")',
        'fetch("js/Worker.js")',
        'window.fetch("js/Worker.js")',
        'import("./js/Worker.js")',
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["page", "file", "folder"])
def test_the_wrong_case_is_told_wherever_a_script_loads(code: str, place: str) -> None:
    """Paths are relative to the page, whatever file of the site the script stands in."""
    page = {"page": f"<script>{code}</script>", "file": '<script src="a.js"></script>'}
    if place == "folder" and "import(" in code:
        code = code.replace("./js/", "../js/")
    files = {"js__worker_js": "", "a_js": code, "deep__a_js": code}
    (note,) = _notes(page.get(place, '<script src="deep/a.js"></script>'), **files)
    assert "is spelled 'js/worker.js' in the project" in note


@pytest.mark.parametrize(
    "markup",
    [
        '<source srcset="A.png 2x">',
        '<video><source src="A.png"></video>',
        '<link rel="preload" imagesrcset="A.png 1x">',
        '<link rel="apple-touch-icon" href="A.png">',
        "<style>i { background: image-set('A.png' 1x) }</style>",
        "<style>i { background: url(A.png) }</style>",
    ],
)
def test_the_wrong_case_is_told_in_markup_and_styles(markup: str) -> None:
    """Wherever a browser finds a picture."""
    (note,) = _notes(markup, a_png="")
    assert "is spelled 'a.png'" in note


def test_workers_have_folders_of_their_own() -> None:
    """What a worker loads is relative to it, and no page's import map speaks for it."""
    maps = '<script type="importmap">{"imports": {"x": "./x.js"}}</script>'
    notes = _notes(
        maps + '<script>new Worker("js/w.js"); fetch("js/data.json")</script>',
        js__w_js='importScripts("lib.js"); fetch("data.json"); import("x")',
        js__lib_js='fetch("gone.json")',
        js__data_json="",
        x_js="",
    )
    assert [note.split(" ")[0] for note in notes] == ["js/w.js:1:", "js/lib.js:1:"]
    assert "'x' is a bare module name" in notes[0]


@pytest.mark.parametrize(
    ("imports", "name", "told"),
    [
        ('"imports": {"a": "./b.js"}', "other", "'other' is a bare module name that the import"),
        ('"imports": {"a/": "./v/"}', "a/Gone.js", "the import map takes it to 'v/Gone.js'"),
        ('"imports": {"a": "./gone.js"}', "a", "the import map takes it to 'gone.js'"),
        ('"imports": {"a": "gone.js"}', "a", "is led nowhere by the import map"),
        ('"imports": {"a": null}', "a", "is led nowhere"),
        ('"imports": {"a/": "./v"}', "a/b.js", "is led nowhere"),
        ('"imports": {"a": "./B.js"}', "a", "is spelled 'b.js'"),
        ('"imports": {"a": "http://a.b/c.js"}', "a", "is loaded without TLS"),
        ('"imports": {"./b.js": "./gone.js"}', "./b.js", "takes it to 'gone.js'"),
        ('"imports": {"a": "./b.js"}, "scopes": {"./": {"a": "./gone.js"}}', "a", "'gone.js'"),
        ('"scopes": {"./v/": {"a": "./b.js"}}', "a", "that the import map lacks"),
        ('"imports": {"a": "./node_modules/a/a.js"}', "a", ".aethelignore has the line"),
    ],
)
def test_import_maps_are_resolved(imports: str, name: str, told: str) -> None:
    """As browsers do: what a map lacks, or leads to nothing, is told where it is imported."""
    page = f'<script type="importmap">{{{imports}}}</script><script type="module" src="m.js">'
    (note,) = _notes(f"{page}</script>", m_js=f'import "{name}"', b_js="", v__b_js="")
    assert note.startswith("m.js:1: ")
    assert told in note


@pytest.mark.parametrize(
    "page",
    [
        '<script src="http://a.b/c.js"></script>',
        '<link rel="stylesheet" href="HTTP://a.b/c.css">',
        '<img src="http://a.b/c.png">',
        '<style>@import "http://a.b/c.css"</style>',
        '<script>fetch("http://a.b/c.json")</script>',
        '<script>new WebSocket("ws://a.b/c")</script>',
        '<script type="module">import "http://a.b/c.js"</script>',
    ],
)
def test_what_hosts_with_tls_block_is_told(page: str) -> None:
    """Mixed content, as browsers call it."""
    (note,) = _notes(page)
    assert "is loaded without TLS" in note


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

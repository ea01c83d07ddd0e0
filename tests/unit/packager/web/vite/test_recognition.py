"""Which pages have to be built, and which go out as they are."""

from __future__ import annotations

import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from services.packager.web.vite.app import find_app
from services.packager.web.vite.package_json import VITE
from services.packager.web.vite.recognition import reason_to_build
from tests.projects import in_memory

MAP = '<script type="importmap">{"imports": {"three": "./part.js"}}</script>'
STYLE = '<link rel="stylesheet" href="style.css">'
SERVED = '{"scripts": {"start": "serve"}, "dependencies": {"x": "1"}}'
MODULE = '<script type="module" src="main.js"></script>'


def _reason(page: str, /, **files: str) -> str:
    contents = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    contents["index.html"] = page
    project = in_memory({path: text.encode() for path, text in contents.items()})
    app = find_app(project)
    assert app
    return str(reason_to_build(project, app.package, uses_vite=VITE in app.package.needs) or "")


@pytest.mark.parametrize(
    ("page", "main", "what"),
    [
        ('\n<script type="module" src="/src/main.ts"></script>', "", "html:2 loads /src/main"),
        ('<script type=module src="app.jsx"></script>', "", "loads app.jsx"),
        ('<script type=module>import "./App.vue"</script>', "", "loads ./App.vue"),
        (MODULE, "\nimport * as THREE from 'three'", "main.js:2 imports the package three"),
        (MODULE, "import '@scope/pack/part'", "imports the package @scope/pack/part"),
        (MODULE, "import {a} from './part'", "imports ./part without its suffix"),
        (MODULE, "import a from './folder'", "imports ./folder without its suffix"),
        (MODULE, "import data from './data.json'", "imports ./data.json"),
        (MODULE, "import './style.css'", "imports ./style.css"),
        (MODULE, "import ship from './ship.png'", "imports ./ship.png"),
        (MODULE, "import text from './part.js?raw'", "imports ./part.js?raw"),
        (MODULE, "import '/part.js'", "imports /part.js from the top of the project"),
        (MODULE, "await import('x/part')", "imports the package x/part"),
        (MODULE, "await import('./part')", "imports ./part without its suffix"),
        (MODULE, "import './part.js'\nimport.meta.env.VITE_A", "main.js:2 uses import.meta"),
        (MODULE, "import.meta.glob('./*.js')", "uses import.meta.glob"),
        (MODULE, "if (process.env.NODE_ENV) {}", "uses process.env.NODE_ENV"),
        ('<img src="/logo.png">', "", "names /logo.png, which lies in public/"),
        ('<img src="logo.png">', "", "names logo.png, which lies in public/"),
        ("<title>\n%VITE_TITLE%</title>", "", "index.html:2 uses %VITE_TITLE%"),
    ],
)  # fmt: skip
def test_a_page_that_no_browser_runs_is_built(page: str, main: str, what: str) -> None:
    """By the first thing that shows it, wherever that is reached from the page."""
    found = _reason(
        page,
        main_js=main,
        part_js="",
        folder__index_js="",
        data_json="{}",
        style_css="",
        ship_png="",
        public__logo_png="",
        package_json=SERVED,
    )
    assert what in found


@pytest.mark.parametrize(
    ("page", "main"),
    [
        (MODULE, "import './part.js'; import('./part.js'); new URL('ship.png', import.meta.url)"),
        (MODULE, "import data from './data.json' with { type: 'json' }"),
        (MODULE, "// import 'three'\nconst text = \"import 'three'\""),
        (MODULE, "import './gone.js'"),
        (MODULE, "if (node) { const { createRequire } = await import('module') }"),
        (MODULE, "const dev = typeof process === 'object' && process.env.NODE_ENV"),
        (MODULE, "const mode = import.meta.env?.MODE"),
        ('<script src="main.js"></script>', "log(process.env.NODE_ENV)"),
        (MAP + MODULE, "import 'three'"),
        ('<script src="main.js"></script>' + STYLE, "fetch('data.json')"),
        ('<script src="https://example.com/three.js"></script>', ""),
        ('<script type="module" src="/main.js"></script>', "import './part.js'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("package", ["{}", SERVED])
def test_a_page_that_browsers_run_goes_as_it_is(page: str, main: str, package: str) -> None:
    """Also beside a package.json, and beside sources that nothing reaches."""
    found = _reason(
        page,
        main_js=main,
        part_js="",
        data_json="{}",
        style_css="",
        ship_png="",
        package_json=package,
        src__unused_ts="import 'three'",
    )
    assert found == ""


def test_a_project_of_vite_s_is_built() -> None:
    """Where its page has a module of its own: then what Vite makes of it is what was meant."""
    package = '{"devDependencies": {"vite": "^7"}}'
    assert "built with Vite" in _reason(MODULE, main_js="", package_json=package)
    assert _reason("<p>", package_json=package) == ""


def test_the_app_in_a_monorepo_is_found() -> None:
    """The page nearest to the top that has a package; not what tools have written."""
    files = {
        "package.json": b"{}",
        "apps/game/package.json": b"{}",
        "apps/game/index.html": b"<!doctype html>",
        "apps/game/about.html": b"<!doctype html>",
        "apps/game/part.html": b"<p>",
        "apps/game/dist/index.html": b"<!doctype html>",
        "apps/game/public/embedded/index.html": b"<!doctype html>",
        "docs/site/index.html": b"<!doctype html>",
    }
    found = find_app(in_memory(files))
    assert found
    assert found.root == "apps/game"
    assert found.pages == ("apps/game/index.html", "apps/game/about.html")


def test_of_two_apps_none_is_chosen() -> None:
    """The message names both, and what to do."""
    files = {
        f"apps/{name}/{file}": b"{}"
        for name in ("a", "b")
        for file in ("package.json", "index.html")
    }
    with pytest.raises(InvalidProjectError, match=r"apps/a, apps/b.*excludePatterns"):
        find_app(in_memory(files))


def test_a_broken_package_json_is_named() -> None:
    """It says which packages are needed, so nothing can be built without it."""
    page = '<script type="module" src="main.ts"></script>'
    with pytest.raises(InvalidProjectError, match=r"package\.json: is not valid JSON"):
        _reason(page, package_json="{")

"""Web projects that are built: what their maker is told, and what comes out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.runtimes.registry import Templates
from services.packager.web import site_of
from services.packager.web.aethel.findings import InvalidProjectError
from services.packager.web.vite import driver
from shared.templates import TemplateError
from tests.projects import Built, build, build_context, in_memory, request

if TYPE_CHECKING:
    from pathlib import Path

    from shared.domain.options import Configuration, Platform

PAGE = '<!doctype html>\n<title>Game</title>\n<script type="module" src="/src/main.ts"></script>\n'


def _files(main: str = "", /, page: str = PAGE, **more: Any) -> dict[str, bytes]:
    texts = {"index.html": page, "src/main.ts": main, "package.json": "{}", **more}
    return {path: text.encode() if isinstance(text, str) else text for path, text in texts.items()}


def _built(
    files: dict[str, bytes],
    configuration: Configuration = "release",
    platform: Platform = "web",
    **options: Any,
) -> Built:
    return build(files, request(platform, configuration, **options))


def _fault(files: dict[str, bytes]) -> str:
    with pytest.raises(InvalidProjectError) as caught:
        _built(files)
    return str(caught.value)


def _warnings(built: Built) -> list[str]:
    return [str(note) for note in built.plan.notes if note.level == "warning"]


def _code(built: Built) -> str:
    return "\n".join(
        data.decode() for path, data in built.files.items() if path.endswith((".js", ".css"))
    )


BROKEN: dict[str, tuple[dict[str, bytes], str, str]] = {
    "typescript": (
        _files("const a = 1;\nconst b = {;\n"),
        "src/main.ts:2:12: Unexpected token",
        "> 2 | const b = {;",
    ),
    "javascript": (
        _files("import './part.js'", **{"src/part.js": "\nlet b = ;"}),
        "src/part.js:2:9: Unexpected token",
        "> 2 | let b = ;",
    ),
    "a file that is not there": (
        _files("\nimport { a } from './gone'; a()"),
        "src/main.ts:2:19",
        "“./gone”: there is no such file",
    ),
    "a file in another case": (
        _files("import './Part'", **{"src/part.ts": ""}),
        "src/main.ts:1:8",
        "is spelled src/part.ts",
    ),
    "a package that nobody names": (
        _files("import { Scene } from 'three'; new Scene()"),
        "src/main.ts:1:23",
        "add it to the dependencies of package.json",
    ),
    "a name that is not exported": (
        _files("import { b } from './part'; b()", **{"src/part.ts": "export const a = 1"}),
        "src/main.ts:1:10",
        '"b" is not exported',
    ),
    "a style": (
        _files("import './a.css'", **{"src/a.css": "a {\n  color: red;\n}}\n"}),
        "src/a.css:",
        "Unexpected",
    ),
    "a style that is not there": (
        _files("import './a.css'", **{"src/a.css": "@import './gone.css';"}),
        "src/a.css:1:9",
        "“./gone.css”: there is no such file",
    ),
    "json": (
        _files("import data from './a.json'; console.log(data)", **{"src/a.json": "{\n 'a': 1}"}),
        "src/a.json:2:2",
        "is not valid JSON",
    ),
    "settings of typescript": (
        _files("", **{"tsconfig.json": "{ broken"}),
        "tsconfig.json:1:3",
        "key must be a string",
    ),
    "a worker": (
        _files("import W from './w?worker'; new W()", **{"src/w.ts": "\nlet b = ;"}),
        "src/w.ts:2:9",
        "> 2 | let b = ;",
    ),
    "a worker that is not there": (
        _files("new Worker(new URL('./gone.ts', import.meta.url), { type: 'module' })"),
        "src/main.ts",
        "“/src/gone.ts”: there is no such file",
    ),
    "a component": (
        _files("import V from './V.vue'; V()", **{"src/V.vue": "<template>\n<p></template>"}),
        "src/V.vue:2:",
        "missing end tag",
    ),
    "sass": (
        _files("import './a.scss'", **{"src/a.scss": "$a: 1;\n.a { width: $b }"}),
        "src/a.scss:2:13",
        "Undefined variable",
    ),
    "less": (
        _files("import './a.less'", **{"src/a.less": "@a: 1;\n.a { width: @b }"}),
        "src/a.less:2:13",
        "@b is undefined",
    ),
    "stylus": (
        _files("import './a.styl'", **{"src/a.styl": "a = 1"}),
        "src/a.styl",
        "Stylus is not compiled here",
    ),
    "a package for the editor": (
        _files("\nimport { api } from '@aethel/api'; api()"),
        "src/main.ts:2:21",
        "is for plug-ins of the editor",
    ),
    "a package that does not exist": (
        _files("import '@aethel/engine'"),
        "src/main.ts:1:8",
        "is no package that exists",
    ),
    "an entry that is not there": (
        _files("", page=PAGE.replace("main.ts", "start.ts")),
        "index.html:3:",
        "“/src/start.ts”: there is no such file",
    ),
    "a module of a plug-in": (
        _files("import pages from 'virtual:pages'; pages()"),
        "src/main.ts:1:19",
        "a plug-in of Vite's",
    ),
}


@pytest.mark.parametrize(("files", "place", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_a_fault_is_told_with_its_place(files: dict[str, bytes], place: str, told: str) -> None:
    """File, line and column, what is wrong and what to do; never a place on this machine."""
    message = _fault(files)
    assert place in message
    assert told in message
    assert "web/project" not in message


def test_all_faults_are_told_at_once() -> None:
    """Whoever mends one finds no other one after it."""
    message = _fault(_files("import 'one';\nimport 'two';\nimport './three';\nimport './four';"))
    for name in ("“one”", "“two”", "“./three”", "“./four”"):
        assert name in message


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ('{"dependencies": {"next": "15"}}', "Next.js"),
        ('{"devDependencies": {"@angular/core": "20"}}', "Angular"),
        ('{"devDependencies": {"@sveltejs/kit": "2"}}', "SvelteKit"),
    ],
)
def test_frameworks_are_refused_with_what_to_do(package: str, name: str) -> None:
    """Their pages are made by servers, or by tools that are not here."""
    message = _fault(_files(**{"package.json": package}))
    assert name in message
    assert "outputDir" in message


def test_what_a_framework_has_written_is_shipped_where_it_was_pushed() -> None:
    """Whether it is what its sources would make now cannot be known: its maker is told."""
    package = {"package.json": '{"dependencies": {"next": "15"}}', "app/page.tsx": ""}
    pushed = {"out/index.html": "<title>Exported</title>Exported", "out/_next/a.js": "1"}
    files = {path: text.encode() for path, text in (package | pushed).items()}
    built = _built(files)
    assert {"index.html", "_next/a.js"} <= built.files.keys()
    assert "out: is shipped as it is" in " ".join(map(str, built.plan.notes))
    del files["out/index.html"]
    assert "is a project of Next.js" in _fault(files)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<div id=app></div>", 'loads no script: add <script type="module" src="/src/main.ts">'),
        ('<script src="src/main.ts"></script>', 'classic script: add type="module"'),
    ],
)
def test_a_page_that_would_stay_empty_is_refused(page: str, told: str) -> None:
    """Other bundlers add the script themselves, or run it in another way."""
    package = '{"devDependencies": {"webpack": "5"}}'
    message = _fault(_files("console.log(1)", page=page, **{"package.json": package}))
    assert "index.html" in message
    assert told in message


def test_a_circle_of_imports_is_a_warning() -> None:
    """It may work; whoever sees a value that is not there yet will want to know."""
    parts = {"src/a.ts": "import './b'; export const a = 1", "src/b.ts": "import './a'"}
    (warning,) = _warnings(_built(_files("import './a'", **parts)))
    assert "in a circle" in warning
    assert "src/b.ts" in warning


def test_a_configuration_is_followed_as_far_as_it_stands_in_the_text() -> None:
    """Values are used; what is computed, and plug-ins that are not here, are named once."""
    config = """
        import path from "node:path";
        import { defineConfig, loadEnv } from "vite";
        import react from "@vitejs/plugin-react";
        import pwa from "vite-plugin-pwa";
        const VERSION = "1.2";
        export default defineConfig(({ mode }) => {
          const env = loadEnv(mode, process.cwd());
          return {
            base: "/somewhere/",
            publicDir: "static",
            plugins: [react(), pwa({ registerType: "autoUpdate" })],
            define: { __VERSION__: JSON.stringify(VERSION), __KIND__: '"toy"', __KEY__: env.KEY },
            resolve: { alias: { "@": path.resolve(__dirname, "src"), lib: "/lib" } },
            server: { port: Number(process.env.PORT) },
            build: { outDir: "www", lib: { entry: "src/main.ts" } },
          };
        });
    """
    files = _files(
        "import { part } from '@/part'; import { other } from 'lib/other';"
        "declare const __KIND__: string;"
        "console.log(__KIND__, part, other)",
        **{
            "vite.config.ts": config,
            "src/part.ts": "export const part = 'a part'",
            "lib/other.ts": "export const other = 'another'",
            "static/robots.txt": "all",
        },
    )
    built = _built(files)
    assert built.files["robots.txt"] == b"all"
    assert [text in _code(built) for text in ("toy", "a part", "another")] == [True] * 3
    told = " ".join(_warnings(built))
    for name in ("vite-plugin-pwa", "define.__VERSION__", "define.__KEY__", "build.lib", "“base”"):
        assert name in told
    for name in ("server", "outDir", "plugin-react"):
        assert name not in told


def test_sass_and_less() -> None:
    """Compiled by the template's own compilers, in components too, with what is added to each."""
    added = "{ scss: { additionalData: '$wide: 7px;' } }"
    files = _files(
        "import './a.scss'; import './b.less'; import V from './V.vue'; V()",
        **{
            "src/a.scss": "@use './part'; .a { width: $wide; .b { color: part.$c } }",
            "src/_part.scss": "$c: rgb(1, 2, 3)",
            "src/b.less": "@h: 5px; .c { height: (@h * 2) }",
            "src/V.vue": "<template><p/></template><style lang='scss'>p{i{top:$wide}}</style>",
            "vite.config.js": f"export default {{ css: {{ preprocessorOptions: {added} }} }}",
            "package.json": '{"devDependencies": {"sass": "^1.0.0", "less": "^4.0.0"}}',
            "node_modules/sass/package.json": '{"name": "sass", "main": "evil.js"}',
            "node_modules/sass/evil.js": "throw 1",
        },
    )
    built = _built(files)
    code = _code(built)
    for made in (".a{width:7px}", ".a .b{color:#010203}", ".c{height:10px}", "p i{top:7px}"):
        assert made in code
    assert _warnings(built) == []


def test_variables_without_a_value_are_told() -> None:
    """``push`` leaves ``.env`` files out, and a page would be given nothing."""
    text = "console.log(import.meta.env.MODE,\n import.meta.env.VITE_A, import.meta.env.VITE_B)"
    built = _built(_files(text, **{".env.production": "VITE_A=1"}))
    (warning,) = _warnings(built)
    assert warning.startswith("src/main.ts:2:26: “import.meta.env.VITE_B” is undefined")


def test_public_files_are_found_in_any_folder() -> None:
    """Where a module names one from the top; what merely looks like one stays as it is."""
    main = (
        "export {};\n'/a.png';\n"
        "console.log('/a.png', `/a.png`, '/about', '/tiles', { '/a.png': 1 }, '/gone.png');\n"
        "fetch('/data.json');\nconst n = Math.random();\n"
        "const markup = `<p>${n}<img src='/b.svg'>`;\n"
        "console.log(`/tiles/${n}.png`, `x/tiles/${n}`, markup);"
    )
    public = {f"public/{name}": "{}" for name in ("a.png", "b.svg", "data.json", "tiles/1.png")}
    built = _built(_files(main, **public))
    code = _code(built)
    assert code.count("new URL(`../a.png`,import.meta.url)") == 1
    assert "new URL(`../data.json`,import.meta.url)" in code
    for kept in ("`/about`", "`/tiles`", '"/a.png":1', "`/gone.png`", "`/tiles/${"):
        assert kept in code
    told = [warning for warning in _warnings(built) if "top of a host" in warning]
    assert sorted(warning.partition(" begins")[0] for warning in told) == [
        "src/main.ts:6:34: “/b.svg”",
        "src/main.ts:7:14: “/tiles/”",
    ]
    assert "BASE_URL" in told[0]


def test_preact_and_shaders_as_their_plug_ins_would() -> None:
    """What the usual ones do is built in."""
    config = "import p from '@preact/preset-vite'; import g from 'vite-plugin-glsl';"
    preact = "export const jsx = (tag) => 'preact ' + tag; export const jsxs = jsx"
    files = _files(
        "import wave from './wave.frag'; import { view } from './view'; console.log(wave, view)",
        **{
            "vite.config.js": config + "export default { plugins: [p(), g()] }",
            "src/wave.frag": "void main() { /* a wave */ }",
            "src/view.jsx": "export const view = <b/>",
            "node_modules/preact/package.json": '{"name": "preact"}',
            "node_modules/preact/jsx-runtime.js": preact,
        },
    )
    built = _built(files)
    assert "a wave" in _code(built)
    assert "preact " in _code(built)
    assert _warnings(built) == []


def test_nothing_of_a_project_is_run(tmp_path: Path) -> None:
    """Neither its configurations nor its packages nor its scripts."""
    trace = tmp_path / "trace"
    run = f"require('node:fs').writeFileSync({json.dumps(str(trace))}, 'run')"
    files = _files(
        "import './a.css'",
        **{
            "package.json": json.dumps(
                {
                    "scripts": {"build": "touch trace", "postinstall": "false"},
                    "devDependencies": {"tailwindcss": "3"},
                }
            ),
            "src/a.css": "a { color: red }",
            "vite.config.cjs": run,
            "postcss.config.cjs": run,
            "svelte.config.cjs": run,
            ".postcssrc.cjs": run,
            "uno.config.ts": run,
            "tailwind.config.cjs": run,
            "node_modules/vue/index.js": run,
            "node_modules/vue/compiler-sfc/index.js": run,
            "node_modules/vite/index.js": run,
            "src/View.vue": "<template><p/></template>",
        },
    )
    told = _warnings(_built(files))
    assert not trace.exists()
    unread = {f"{name}.config.cjs" for name in ("vite", "postcss", "tailwind")} | {"uno.config.ts"}
    assert unread <= {warning.partition(":")[0] for warning in told if "not run" in warning}


def test_vendored_packages_are_used() -> None:
    """A ``node_modules`` that was pushed needs no registry."""
    files = _files(
        "import { ship } from 'ships'; document.title = ship",
        **{
            "package.json": '{"dependencies": {"ships": "1.0.0"}}',
            "node_modules/ships/package.json": '{"name": "ships", "module": "m.js"}',
            "node_modules/ships/m.js": "export const ship = 'sloop'",
        },
    )
    assert "sloop" in _code(_built(files))


def test_source_maps_name_places_in_the_project_alone() -> None:
    """They come with debug builds and on request."""
    files = _files(
        "import { createApp } from 'vue'; import V from './V.vue'; createApp(V).mount('body')",
        **{"src/V.vue": "<template><p/></template>"},
    )
    assert not any(path.endswith(".map") for path in _built(files).files)
    built = _built(files, include_debug_symbols=True)
    maps = [json.loads(data) for path, data in built.files.items() if path.endswith(".map")]
    sources = {source for made in maps for source in made["sources"]}
    assert "src/main.ts" in sources
    assert not [source for source in sources if re.match(r"/|\.\./|.*/tmp", source)]


def test_the_same_project_gives_the_same_bytes() -> None:
    """In another folder, with another number of threads, in another order."""
    files = _files(
        "import V from './V.vue'; import s from './s.module.css'; console.log(V, s, import('./l'))",
        **{
            "src/V.vue": "<template><p/></template><style scoped>p { color: red }</style>",
            "src/s.module.css": ".a { color: blue }",
            "src/l.ts": "export default 1",
        },
    )
    first = build(files, request("web"), threads=1)
    again = build(dict(reversed(files.items())), request("web"), threads=3)
    assert first.data == again.data


def test_files_that_are_named_at_run_time_are_shipped() -> None:
    """Vite's server would have given them; what only compilers read stays behind."""
    files = _files(
        "new Image().src = 'assets/ship.png'; fetch(`./data/level.json`)",
        **{
            "assets/ship.png": "png",
            "data/level.json": '{"next": "data/two.json"}',
            "data/two.json": "{}",
            "data/unused.json": "{}",
            "notes.md": "",
        },
    )
    built = _built(files)
    shipped = built.files.keys()
    assert {"assets/ship.png", "data/level.json", "data/two.json"} <= shipped
    assert shipped.isdisjoint({"data/unused.json", "notes.md", "src/main.ts", "package.json"})
    assert "assets/ship.png: is shipped as it is" in " ".join(map(str, built.plan.notes))


def test_what_stays_behind_is_told() -> None:
    """By folder: names that are put together at run time lead nowhere in the game."""
    files = _files(
        "import './a.css'; for (const n of [1, 2]) new Image().src = `art/tile${n}.png`",
        **{
            "art/tile1.png": "1",
            "art/tile2.png": "2",
            "fonts/small.woff2": "inlined",
            "src/a.css": "@font-face { font-family: a; src: url(../fonts/small.woff2) }",
            "docs/picture.png": "of the game",
        },
    )
    (warning,) = _warnings(_built(files))
    assert warning.startswith("art/: 2 files are not in the game")


def test_large_public_files_are_taken_as_they_are() -> None:
    """Their bytes never pass through the build."""
    music = bytes(range(256)) * (5 << 12)
    page = PAGE + '<audio src="/music.ogg"></audio>'
    built = _built(_files("", page=page) | {"public/music.ogg": music})
    assert built.files["music.ogg"] == music
    assert b'src="./music.ogg"' in built.files["index.html"]
    inlined = _files("import m from '/music.ogg?raw'; m()") | {"public/music.ogg": music}
    assert "public/music.ogg: is too large to become part of a script" in _fault(inlined)


@pytest.mark.parametrize("platform", ["windows", "linux", "macos"])
def test_applications_carry_the_built_site(platform: Platform) -> None:
    """The same files as on the web."""
    files = _files("document.title = 'built'")
    inside = _built(files, platform=platform).files
    assert inside["index.html"] == _built(files).files["index.html"]


def test_the_source_stays_the_source() -> None:
    """Whatever its pages need."""
    files = _files("const broken = {")
    shipped = _built(files, platform="source").files
    assert {path: shipped[path] for path in files} == files


def test_the_template_is_part_of_the_artifact() -> None:
    """Another Vite makes another artifact; what it has named by content may be cached for ever."""
    built = _built(_files("document.title = 'x'"))
    assert [template.name for template in built.plan.templates] == ["web-builder"]
    headers = built.files["_headers"].decode()
    script = next(path for path in built.files if re.match(r"assets/index-.*\.js$", path))
    assert f"/{script}\n  ! Cache-Control" in headers


def test_without_the_template_the_packager_says_so(tmp_path: Path) -> None:
    """It is never an empty page."""
    asked = request("web")
    with build_context(asked) as context:
        without = msgspec.structs.replace(context, templates=Templates(tmp_path))
        with pytest.raises(TemplateError, match="web-builder"):
            site_of(in_memory(_files("")), asked, without)


def test_a_build_that_takes_too_long_is_the_project_s_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It says how long one may take."""
    monkeypatch.setattr(driver, "TIMEOUT_S", 0.01)
    with pytest.raises(ProjectTooHeavyError, match="time"):
        _built(_files(""))


def test_a_build_without_enough_memory_is_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever of node's own parts meets the limit first."""
    monkeypatch.setattr(driver, "HEAP_MIB", 8)
    with pytest.raises(ProjectTooHeavyError, match="memory"):
        _built(_files("import V from './V.vue'; V()", **{"src/V.vue": "<template><p/></template>"}))

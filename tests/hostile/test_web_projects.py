"""Web projects that lead their build out of the project: nothing from there gets into a page."""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.web.aethel.findings import InvalidProjectError
from shared.errors import ProjectError
from tests.projects import build, request

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.domain.options import Configuration

CANARY = "hunter2hunter2"
PAGE = '<!doctype html><script type="module" src="/src/main.ts"></script>'
CONFIGURATIONS: tuple[Configuration, ...] = ("debug", "release")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of somebody else's files, in every form that the tools read."""
    folder = tmp_path / "outside"
    (folder / "pack").mkdir(parents=True)
    for name in ("canary.js", "canary.ts", "index.js", "pack/index.js"):
        (folder / name).write_text(f'export default "{CANARY}";')
    (folder / "canary.vue").write_text(f"<template><p>{CANARY}</p></template>")
    (folder / "canary.svelte").write_text(f"<p>{CANARY}</p>")
    (folder / "canary.css").write_text(f'a {{ content: "{CANARY}" }} .a {{ --x: "{CANARY}" }}')
    (folder / "canary.html").write_text(f"<!doctype html><p>{CANARY}</p>")
    (folder / "canary.svg").write_text(f"<svg><text>{CANARY}</text></svg>")
    (folder / "canary.txt").write_text(CANARY)
    (folder / "canary.png").write_bytes(CANARY.encode() * 1_000)
    (folder / "canary.json").write_text(json.dumps({CANARY: CANARY, "compilerOptions": {}}))
    (folder / "pack" / "package.json").write_text(json.dumps({"name": "pack", "main": "index.js"}))
    (folder / ".env").write_text(f"VITE_CANARY={CANARY}")
    with zipfile.ZipFile(folder / "canary.zip", "w") as archive:
        archive.writestr("inner.json", json.dumps(CANARY))
    return folder


class Attacks:
    """Projects that name a file outside, each in another way."""

    def __init__(self, rng: random.Random, outside: Path) -> None:
        self._rng = rng
        self._outside = outside

    def project(self) -> dict[str, bytes]:
        """One that must not get what it asks for."""
        kinds: list[Callable[[], dict[str, str]]] = [
            self._script,
            self._script,
            self._style,
            self._tailwind,
            self._page,
            self._component,
            self._configuration,
            self._typescript,
            self._package,
            self._worker,
        ]
        files = {"index.html": PAGE, "package.json": "{}", "src/main.ts": ""}
        files |= self._rng.choice(kinds)()
        return {path: text.encode() for path, text in files.items()}

    def _target(self, *names: str) -> str:
        path = str(self._outside)
        name = self._rng.choice(names or ("canary.js", "canary.ts", "canary", "pack"))
        ups = "../" * self._rng.randint(8, 30)
        return self._rng.choice(
            [
                f"{path}/{name}",
                f"./{ups[:-1]}{path}/{name}",
                f"{ups[:-1]}{path}/{name}",
                f"/{ups[:-1]}{path}/{name}",
                f"/@fs{path}/{name}",
                f"file://{path}/{name}",
                f"./%2e%2e/{ups[:-1]}{path}/{name}",
                f"x/{ups[:-1]}{path}/{name}",
                f"./lib/../{ups[:-1]}{path}/./{name}",
            ]
        )

    def _script(self) -> dict[str, str]:
        raw = self._target("canary.txt", "canary.js", "canary.png", "canary.svg", ".env")
        query = self._rng.choice(["?raw", "?url", "?inline", "?url&inline", "?worker", "?init", ""])
        folder = "/../../../../../../../../.." + str(self._outside)
        everything = json.dumps(self._target("*", "**"))
        text = self._rng.choice(
            [
                f"import a from {json.dumps(self._target())}; console.log(a)",
                f"console.log(await import({json.dumps(self._target())}))",
                f"import a from {json.dumps(raw + query)}; console.log(a)",
                f"import a from {json.dumps(self._target('canary.json'))}; console.log(a)",
                f"console.log(new URL({json.dumps(raw)}, import.meta.url))",
                f"console.log(import.meta.glob({everything}, {{eager: true}}))",
                f"console.log(import.meta.glob('{folder}/*.js', {{eager: true}}))",
                f"const n = 'canary'; console.log(await import(`..{folder}/${{n}}.js`))",
                f"const n = 'index'; console.log(new URL(`..{folder}/${{n}}.js`, import.meta.url))",
                f"console.log(1)\n//# sourceMappingURL=file://{self._outside}/canary.json",
            ]
        )
        return {"src/main.ts": text}

    def _style(self) -> dict[str, str]:
        css = self._rng.choice(
            [
                f"@import {json.dumps(self._target('canary.css'))};",
                f"a {{ background: url({json.dumps(self._target('canary.svg', 'canary.png'))}) }}",
                f".b {{ composes: a from {json.dumps(self._target('canary.css'))} }}",
                f"@value x from {json.dumps(self._target('canary.css'))};",
                f'a {{ background: image-set("{self._target("canary.png")}" 1x) }}',
                f"@use {json.dumps(self._target('canary.css', 'canary'))};",
                f"@import (inline) {json.dumps(self._target('canary.css', 'canary.txt'))};",
                f"@plugin {json.dumps(self._target('canary.js'))};",
                f"a {{ b: data-uri({json.dumps(self._target('canary.svg', 'canary.txt'))}) }}",
                f"a {{ color: red }}\n/*# sourceMappingURL={self._outside}/canary.json */",
            ]
        )
        name = self._rng.choice(["a.css", "a.module.css", "a.scss", "a.less"])
        return {"src/main.ts": f"import s from './{name}'; console.log(s)", f"src/{name}": css}

    def _tailwind(self) -> dict[str, str]:
        release = self._rng.choice(["3.4.0", "4.1.0"])
        style, script = self._target("canary.css"), self._target("canary.js", "pack")
        content = self._target("*", "canary.txt", "{canary,x}.txt", "**")
        css = self._rng.choice(
            [
                f'@import "tailwindcss"; @source "{content}";',
                f'@import "tailwindcss" source("{content}");',
                f'@import "tailwindcss"; @import "{style}";',
                f'@reference "{style}"; .a {{ @apply flex }}',
                f'@import "tailwindcss"; @plugin "{script}";',
                f'@import "tailwindcss"; @config "{script}";',
                f"@config '{script}'; @tailwind utilities;",
                "@tailwind utilities; .a { @apply flex; background: url(" + style + ") }",
            ]
        )
        config = self._rng.choice(
            [
                f"{{ content: [{json.dumps(content)}] }}",
                f"{{ content: {{ relative: true, files: [{json.dumps(content)}] }} }}",
                f"{{ presets: [require({json.dumps(script)})], plugins: [require('{script}')] }}",
            ]
        )
        needs = {"devDependencies": {"tailwindcss": release}}
        return {
            "src/main.ts": "import './a.css'",
            "src/a.css": css,
            "package.json": json.dumps(needs),
            "tailwind.config.js": f"module.exports = {config}",
            "postcss.config.js": f"module.exports = {{ plugins: [require('{script}')] }}",
        }

    def _page(self) -> dict[str, str]:
        target = self._target("canary.svg", "canary.png", "canary.css", "canary.js")
        markup = self._rng.choice(
            [
                f'<img src="{target}">',
                f'<img srcset="{target} 2x">',
                f'<link rel="stylesheet" href="{target}">',
                f'<link rel="icon" href="{target}">',
                f'<script type="module" src="{target}"></script>',
                f'<script type="module">import a from "{target}"; console.log(a)</script>',
                f'<style>@import "{target}"; a {{ background: url("{target}") }}</style>',
                f'<p style="background: url({target})"></p>',
                f'<video poster="{target}"></video><svg><image href="{target}"/></svg>',
            ]
        )
        return {"index.html": PAGE + markup}

    def _component(self) -> dict[str, str]:
        vue, svelte = self._target("canary.vue"), self._target("canary.svelte")
        types = f'<script setup lang="ts">import type {{ A }} from "{self._target("canary.ts")}";'
        parts = self._rng.choice(
            [
                f'<template src="{self._target("canary.html", "canary.txt")}"></template>',
                f'<template><p/></template><script src="{self._target("canary.ts")}"></script>',
                f'<template><img src="{self._target("canary.svg")}"></template>',
                f'<template><p/></template><style src="{self._target("canary.css")}"></style>',
                types + "defineProps<A>()</script><template><p/></template>",
                f'<script setup>import V from "{vue}"</script><template><V/></template>',
            ]
        )
        main = "import V from './V.vue'; import S from './S.svelte'; console.log(V, S)"
        return {
            "src/main.ts": main,
            "src/V.vue": parts,
            "src/S.svelte": f'<script>import S from "{svelte}"</script><S/>',
        }

    def _configuration(self) -> dict[str, str]:
        path = json.dumps(str(self._outside))
        ups = json.dumps("../" * 20 + str(self._outside)[1:])
        where = self._rng.choice([path, ups])
        injected = f"import c from '{self._outside}/canary.js'; console.log(c)"
        pages = f"[{where} + '/canary.html', 'index.html']"
        text = self._rng.choice(
            [
                f"{{ root: {where} }}",
                f"{{ publicDir: {where} }}",
                f"{{ envDir: {where} }}",
                f"{{ resolve: {{ alias: {{ out: {where} }} }} }}",
                f"{{ resolve: {{ alias: [{{ find: 'out', replacement: {where} }}] }} }}",
                f"{{ build: {{ rollupOptions: {{ input: {pages} }} }} }}",
                f"{{ esbuild: {{ jsxInject: 'import c from ' + JSON.stringify({where}) }} }}",
                f"{{ esbuild: {{ jsxInject: {json.dumps(injected)} }} }}",
                "{ __proto__: { root: 'x' }, ['__proto__']: 1, define: { __proto__: '1' } }",
            ]
        )
        main = "import c from 'out/canary.js'; console.log(c, import.meta.env.VITE_CANARY)"
        return {
            "src/main.ts": self._rng.choice([main, "import './v'; console.log(import.meta.env)"]),
            "src/v.tsx": "console.log(1)",
            "vite.config.ts": f"export default {text}",
        }

    def _typescript(self) -> dict[str, str]:
        where = str(self._outside)
        settings = self._rng.choice(
            [
                {"extends": f"{where}/canary.json"},
                {"extends": "../" * 20 + where[1:] + "/canary.json"},
                {"extends": ["pack/../../../../../.." + where + "/canary.json"]},
                {"compilerOptions": {"paths": {"out/*": [f"{where}/*"]}}},
                {"compilerOptions": {"baseUrl": where, "paths": {"out/*": ["*"]}}},
                {"compilerOptions": {"rootDirs": [where]}, "references": [{"path": where}]},
            ]
        )
        main = "import c from 'out/canary'; console.log(c)"
        return {"src/main.ts": main, "tsconfig.json": json.dumps(settings)}

    def _package(self) -> dict[str, str]:
        target = self._target("canary.js", "pack/index.js")
        fields: list[dict[str, Any]] = [
            {"main": target},
            {"module": target},
            {"exports": target},
            {"exports": {".": {"import": target}}},
            {"browser": {"./index.js": target}},
            {"imports": {"#out": target}, "main": "index.js"},
        ]
        field = self._rng.choice(fields)
        return {
            "src/main.ts": "import c from 'pack'; console.log(c)",
            "node_modules/pack/package.json": json.dumps({"name": "pack", **field}),
            "node_modules/pack/index.js": f"export {{ default }} from {json.dumps(target)}",
        }

    def _worker(self) -> dict[str, str]:
        target = self._target("canary.js", "canary.ts")
        text = self._rng.choice(
            [
                f"import W from {json.dumps(target + '?worker')}; new W()",
                f"import W from {json.dumps(target + '?worker&inline')}; new W()",
                f"new Worker(new URL({json.dumps(target)}, import.meta.url), {{ type: 'module' }})",
                "import W from './w?worker'; new W()",
            ]
        )
        worker = f"import c from {json.dumps(target)}; postMessage(c)"
        return {"src/main.ts": text, "src/w.ts": worker}


def test_a_build_cannot_be_led_outside(
    outside: Path, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """It fails with the project's fault, or makes a page that knows nothing of what lies there."""
    attacks = Attacks(rng, outside)
    for _ in rounds(15):
        files = attacks.project()
        assert CANARY not in _told_or_shipped(files, rng.choice(CONFIGURATIONS)), files


def _told_or_shipped(files: dict[str, bytes], configuration: Configuration) -> str:
    """All that comes of an export: what it says, and what is in its artifact."""
    asked = request("web", configuration, include_debug_symbols=True)
    try:
        built = build(files, asked)
    except ProjectError as error:
        return str(error)
    shipped = b"".join(built.files.values()).decode(errors="replace")
    return shipped + "\n".join(map(str, built.plan.notes))


@pytest.mark.parametrize(
    "files",
    [
        {"src/main.ts": "[" * 200_000},
        {"src/main.ts": "x" + "+(1" * 100_000},
        {"src/main.ts": "import './a.css'", "src/a.css": "a{" * 100_000},
        {"src/main.ts": "import a from './a.json'; console.log(a)", "src/a.json": "[" * 300_000},
        {"src/main.ts": "import V from './V.vue'; V()", "src/V.vue": "<template>" + "<p>" * 30_000},
        {"src/main.ts": "import S from './S.svelte'; S()", "src/S.svelte": "<p>" * 30_000},
        {"src/main.ts": "", "vite.config.ts": "export default " + "[" * 100_000},
        {"src/main.ts": "", "vite.config.ts": "const a = b; const b = a; export default a"},
        {
            "src/main.ts": "import './a.css'",
            "src/a.css": "@tailwind utilities; .a { @apply " + "flex " * 20_000 + "}",
            "package.json": '{"devDependencies": {"tailwindcss": "3"}}',
            "tailwind.config.js": "const a = [1, 2]; const b = [...a, ...a, ...b]; "
            "module.exports = { theme: { ...theme, x: b }, content: " + "[" * 5_000 + "] }",
        },
        {
            "src/main.ts": "import './a.css'",
            "src/a.css": "@import 'tailwindcss'; @import './a.css'; @theme { --x: "
            + "(" * 50_000
            + "}",
            "package.json": '{"devDependencies": {"tailwindcss": "4"}}',
        },
        {
            "src/main.ts": "import './a.css'",
            "src/a.css": "@import 'tailwindcss'; " + ".a { @apply b; } .b { @apply a; }",
            "package.json": '{"devDependencies": {"tailwindcss": "4"}}',
        },
        {"src/main.ts": "", "vite.config.ts": "const a = [a, a]; export default { plugins: a }"},
        {"src/main.ts": "", "tsconfig.json": '{"extends": "./tsconfig.json"}'},
        {"src/main.ts": "import './a.css'", "src/a.css": "@import './a.css';"},
        {"src/main.ts": "\x00\x01\xff", "package.json": '{"version": "' + "9" * 100_000 + '"}'},
        {"src/main.ts": "", ".env": "VITE_A=${VITE_B}\nVITE_B=${VITE_A}\n" * 1_000},
    ],
)
def test_odd_projects_are_their_makers_fault(files: dict[str, str]) -> None:
    """Deep, endless and broken ones build, or fail with a reason; none is an internal error."""
    whole = {"index.html": PAGE, "package.json": "{}", **files}
    with suppress(InvalidProjectError, ProjectTooHeavyError):
        build({path: text.encode() for path, text in whole.items()}, request("web"))

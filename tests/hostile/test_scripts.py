"""Scripts that lead the compiler out of their project: never followed, and never quoted."""

from __future__ import annotations

import base64
import ctypes
import json
import os
import re
import struct
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from services.packager.web.aethel.scripting import script_confinement
from tests.engine import boot, component, entity, export, level, problems, project

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.domain.options import Configuration

CANARY = "hunter2"
IN_OPEN = 0x20
AT_ONCE = 24  # attacks in one project
CONFIGURATIONS: tuple[Configuration, ...] = ("debug", "release")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of somebody else's files, in every form that the compiler knows."""
    folder = tmp_path / "outside"
    folder.mkdir()
    script = f'export default "{CANARY}"; export const jsx = "{CANARY}"'
    mapped = {"version": 3, "sources": ["x"], "sourcesContent": [CANARY], "mappings": "AAAA"}
    for name in ("canary.js", "canary.ts", "index.js", "jsx-runtime.js"):
        (folder / name).write_text(script)
    for name in ("canary.json", "canary.txt"):
        (folder / name).write_text(json.dumps(CANARY))
    (folder / "canary.map").write_text(json.dumps(mapped))
    with zipfile.ZipFile(folder / "canary.zip", "w") as archive:
        archive.writestr("inner.json", json.dumps(CANARY))
    return folder


@contextmanager
def unopened(folder: Path) -> Iterator[None]:
    """Nobody may open a file in this folder, or list it."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert watch >= 0
    assert libc.inotify_add_watch(watch, os.fsencode(folder), IN_OPEN) >= 0
    try:
        yield
        with pytest.raises(BlockingIOError):
            pytest.fail(f"opened: {_name(os.read(watch, 4096))}")
    finally:
        os.close(watch)


def _name(event: bytes) -> str:
    length = struct.unpack_from("iIII", event)[3]
    return event[16 : 16 + length].rstrip(b"\0").decode() or "the folder itself"


def game(**scripts: str) -> dict[str, bytes]:
    """A project whose only entity runs ``scripts/main.ts``."""
    scene = level(entity("e", component("Script", scriptId="scripts/main.ts")))
    files = {f"scripts/{path}": text.encode() for path, text in scripts.items()}
    return project(**{"scenes/main.json": scene}, **files)


class Attacks:
    """Scripts that name a file outside, each in another way."""

    def __init__(self, rng: random.Random, outside: Path) -> None:
        self._rng = rng
        self._outside = outside

    def script(self) -> str:
        """One attack that has to be refused."""
        kinds = (self._literal, self._literal, self._data, self._computed, self._computed)
        text: str = self._rng.choice(kinds)()
        return self._among_others(text)

    def target(self) -> str:
        """A path that leads outside."""
        ups = "../" * self._rng.randint(12, 30)
        path = str(self._outside)
        name = self._rng.choice(["canary.js", "canary.ts", "canary", "canary.json", "canary.txt"])
        depth = self._rng.randint(12, 30)
        virtual = self._rng.choice(["__virtual__", "$$virtual"])
        return self._rng.choice(
            [
                f"{path}/{name}",
                f"{path}/./{name}",
                path,
                f"file://{path}/{name}",
                f"FILE:{path}/{name}",
                f"{ups[:-1]}{path}/{name}",
                f"./{ups[:-1]}{path}/{name}",
                f".//{ups[:-1]}{path}/{name}",
                f"./lib/{ups[:-1]}{path}/{name}?{name}",
                f"pack/{ups[:-1]}{path}/{name}",
                f"@pack/age/{ups[:-1]}{path}/{name}#x",
                f"three/{ups[:-1]}{path}/{name}",
                f"aethel/{ups[:-1]}{path}/{name}",
                f"./{virtual}/x/{depth}{path}/{name}",
                f"./lib/{virtual}/{'y' * 9}/{depth}{path}/{name}",
                "./" + (ups[:-1] + path).replace("/", "\\") + "\\canary.zip/inner.json",
                "..\\" + (ups[:-1] + path).replace("/", "\\") + "\\canary.zip/inner.json",
            ]
        )

    def quoted(self, text: str) -> str:
        """A string of JavaScript; some of its letters are escaped."""
        mark = self._rng.choice("'\"")
        return mark + "".join(map(self._letter, text)) + mark

    def _literal(self) -> str:
        target = self.quoted(self.target())
        return self._rng.choice(
            [
                f"import x from {target}; export default x",
                f"import {target}",
                f"import x from {target} with {{ type: 'text' }}; export default x",
                f"import x from {target} with {{ 'type': 'bytes' }}; export default x",
                f"export * from {target}",
                f"export {{ default as y }} from {target}",
                f"export default require({target})",
                f"export default () => require.resolve({target})",
                f"export default import(/* {self._noise()} */ {target})",
                f"export default () => import({target}).catch(() => 0)",
                f"try {{ require({target}) }} catch {{}}",
                f"import x = require({target}); export default x",
                f"const no = false; if (no) import({target})",
                f"export default process.env.NODE_ENV === 'production' && require({target})",
                f"export default process.env.NODE_ENV !== 'production' && require({target})",
                f"() => import({target})",
            ]
        )

    def _data(self) -> str:
        inner = self._rng.choice(
            [
                f"export default 1\n//# sourceMappingURL=file://{self._outside}/canary.map",
                f"/*@ sourceMappingURL=file://{self._outside}/canary.map */export default 1",
                f'export {{ default }} from "{self._outside}/canary.js"',
            ]
        )
        mime = self._rng.choice(["text/javascript", "text/css", "application/json"])
        if self._rng.random() < 0.5:
            url = f"data:{mime};base64,{base64.b64encode(inner.encode()).decode()}"
        else:
            url = f"data:{mime};charset=utf-8,{quote(inner)}"
        return f"import x from {self.quoted(url)}; export default x"

    def _computed(self) -> str:
        """The compiler looks through whole folders for such a path."""
        begin = f"{'../' * self._rng.randint(12, 30)}{str(self._outside)[1:]}/"
        call = self._rng.choice(["import", "require", "req\\u0075ire"])
        half = self._rng.randrange(3, len(begin), 3)
        argument = self._rng.choice(
            [
                f"{self.quoted(begin)} + x",
                f"{self.quoted(begin)} + x + '.json'",
                f"`{begin}${{x}}.js`",
                f"`./${{{self.quoted(begin)}}}${{x}}`",
                f"{self.quoted(begin[:half])} + {self.quoted(begin[half:])} + x",
                f"({self.quoted(begin[:half])} + ({self.quoted(begin[half:])} + x))",
                f"'./' + ({self.quoted(begin)} + x)",
                f"Up.there + x /* {self._noise()} */",
                f"x ? {self.quoted(begin)} + x : './lib'",
            ]
        )
        enum = f"const enum Up {{ there = {self.quoted(begin)} }}"
        return f"{enum}\nexport default x => {call}({argument})"

    def _letter(self, letter: str) -> str:
        if letter == "\\" or self._rng.random() < 0.04:
            code = ord(letter)
            forms = (f"\\x{code:02x}", f"\\u{code:04x}", f"\\u{{{code:x}}}", f"\\\n\\x{code:02X}")
            return self._rng.choice(forms)
        return letter

    def _noise(self) -> str:
        return self._rng.choice(["'", '"', "`", "import('./x')", "@vite-ignore", "// ${"])

    def _among_others(self, text: str) -> str:
        lines = [f"// it's {self._noise()}" for _ in range(self._rng.randint(0, 3))]
        return "\n".join([*lines, text])


def test_whatever_a_script_names_outside_is_refused_unread(
    rng: random.Random, rounds: Callable[[int], Iterator[int]], outside: Path
) -> None:
    """With its file and line, in any spelling, and no byte or folder is looked at."""
    attacks = Attacks(rng, outside)
    for number in rounds(4):
        scripts = {f"a{n}.ts": attacks.script() for n in range(AT_ONCE)}
        scripts["main.ts"] = "".join(f'import "./{name}";' for name in scripts)
        with unopened(outside):
            found = problems(game(**scripts), CONFIGURATIONS[number % 2])
        for name, text in scripts.items():
            place = rf"scripts/{re.escape(name)}:\d+:\d+: imports a"
            refused = any(re.match(place, problem) for problem in found)
            assert refused or name == "main.ts", (text, found)
        assert CANARY not in "".join(found)
        assert str(outside) not in "".join(found)


@pytest.mark.parametrize(
    "scripts",
    [
        {"main.ts": "export default 1\n//# sourceMappingURL={outside}/canary.map"},
        {"main.ts": "export default 1\n/*# sourceMappingURL=file://{outside}/canary.map */"},
        {"main.ts": "//@ sourceMappingURL={outside}/canary.map\nexport default 1"},
        {"main.ts": "export default new URL('{outside}/canary.js', import.meta.url)"},
        {"main.ts": "/// <reference path='{outside}/canary.ts' />\nexport default 1"},
        {"main.ts": "import t from './tsconfig.json'; export default t",
         "tsconfig.json": '{{"extends": "{outside}/canary.json", "include": ["{outside}/*"]}}'},
    ],
)  # fmt: skip
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_what_the_compiler_might_follow_by_itself_is_not_followed(
    outside: Path, scripts: dict[str, str], configuration: Configuration
) -> None:
    """Source maps, configurations, addresses: the game is built, and holds nothing of it."""
    texts = {name: text.format(outside=outside) for name, text in scripts.items()}
    with unopened(outside):
        built = export(game(**texts), configuration, include_debug_symbols=True)
    assert boot(built)["scripts"]
    assert not any(CANARY.encode() in data for data in built.files.values())


@pytest.mark.parametrize("field", ["main", "module", "browser", "exports", "imports"])
@pytest.mark.parametrize("how", ["{ups}{path}", "./x/../../{ups}{path}", "./%2e%2e/{ups}{path}"])
def test_a_package_cannot_lie_outside(outside: Path, field: str, how: str) -> None:
    """Whatever its description says of where its files are."""
    target = how.format(ups="../" * 20, path=f"{outside}/canary.js"[1:])
    values = {"exports": {".": target}, "imports": {"#x": target}, "browser": {"./index": target}}
    described = json.dumps({"name": "lib", field: values.get(field, target)})
    main = 'import d from "./lib/package.json"; import l from "./lib"; export default [d, l]'
    scripts = {"main.ts": main, "lib/package.json": described, "lib/a.ts": 'import "#x"'}
    with unopened(outside):
        found = "\n".join(problems(game(**scripts)))
    assert "scripts/lib/package.json: names a file outside of the project" in found
    assert CANARY not in found


def test_no_file_says_where_packages_lie(outside: Path) -> None:
    """Yarn's table of packages would; nor does a folder whose name means another one."""
    up = f"./{'../' * 20}"
    table = {
        "enableTopLevelFallback": True,
        "fallbackPool": [],
        "ignorePatternData": None,
        "fallbackExclusionList": [],
        "packageRegistryData": [
            [None, [[None, {"packageLocation": "./", "packageDependencies": [["lib", "1"]]}]]],
            ["lib", [["1", {"packageLocation": f"{up}{outside}/", "packageDependencies": []}]]],
        ],
    }
    main = 'import t from "../.pnp.data.json"; import l from "lib"; export default [t, l]'
    files = game(**{"main.ts": main})
    with unopened(outside):
        found = problems(files | {".pnp.data.json": json.dumps(table).encode()})
    assert any("could not resolve" in problem for problem in found)
    name = f"scripts/__virtual__/x/20{outside}/canary.ts"
    scene = level(entity("e", component("Script", scriptId=name)))
    with unopened(outside):
        (only,) = problems(project(**{"scenes/main.json": scene, name: b"export default 1"}))
    assert only.startswith(f"{name}: has a name")


def test_the_bundle_is_checked_as_well(
    rng: random.Random,
    rounds: Callable[[int], Iterator[int]],
    outside: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Were anything overlooked before, it would be seen in what the compiler says it has read."""
    monkeypatch.setattr(script_confinement, "faults_of", lambda *_: {})
    attacks = Attacks(rng, outside)
    for number in rounds(6):
        text = attacks.script()
        try:
            built = export(game(**{"main.ts": text}), CONFIGURATIONS[number % 2])
        except InvalidProjectError as error:
            assert CANARY not in str(error)  # noqa: PT017 - either way will do
        else:
            assert not any(CANARY.encode() in data for data in built.files.values()), text


def test_what_lies_in_the_project_is_bundled(
    rng: random.Random, rounds: Callable[[int], Iterator[int]], outside: Path
) -> None:
    """However it is named, also by a computed path."""
    attacks = Attacks(rng, outside)
    for number in rounds(2):
        built = export(game(**_honest(rng, attacks)), CONFIGURATIONS[number % 2])
        code = built.files[boot(built)["scripts"]].decode()
        assert [n for n in range(8) if f"mark{n}" not in code] == []


def _honest(rng: random.Random, attacks: Attacks) -> dict[str, str]:
    spelled = attacks.quoted
    up = rng.choice(["./deep/../deep/", "./deep/", "././deep//"])
    return {
        "main.ts": f"import a from {spelled(up + 'a')}; export default [a, x => [\n"
        f"import({spelled('./levels/')} + x + '.js'), require(`./levels/${{x}}.js`)]];\n"
        'import p from "pack"; import q from "./pack/package.json"; console.log(p, q);',
        "deep/a.ts": f"import b from {spelled('../b.js')};"
        f"import c from {spelled('../../scripts/c')};"
        "export default 'mark0' + b + c",
        "b.js": "export default 'mark1' + require('./d.json').d",
        "c.ts": "export { default } from './e.tsx'; export const c = 'mark2' + globalThis.c",
        "e.tsx": "/** @jsx h */ const h = String; export default 'mark2' + <div/>",
        "d.json": '{"d": "mark3"}',
        "levels/one.js": "export default 'mark4'",
        "levels/two.js": "export default 'mark5'",
        "pack/package.json": '{"name": "mark6", "main": "./main.js", "files": ["./"]}',
        "node_modules/pack/index.js": "export default 'mark7'",
    }

"""Scripts become one module; what is wrong is told by file and line, and nothing leaks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.web.aethel import player_chunks
from services.packager.web.aethel.scripting.script_bundle import Bundler
from tests.engine import boot, component, entity, export, level, notes, problems, project
from tests.projects import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.projects import Built

PLAYER = player_chunks.player_of(TEMPLATES.get("player"))
LEAN, FULL = PLAYER.variants["lean"], PLAYER.variants["full"]


def game(script: str, **files: str) -> dict[str, bytes]:
    """A project whose only entity runs ``scripts/main.ts``."""
    scene = level(entity("e", component("Script", scriptId="scripts/main.ts")))
    others = {path: text.encode() for path, text in files.items()}
    return project(**{"scenes/main.json": scene, "scripts/main.ts": script.encode(), **others})


def module(built: Built) -> str:
    """The code of all scripts."""
    return built.files[boot(built)["scripts"]].decode()


def test_scripts_become_one_module_beside_the_player() -> None:
    """Types go, imports come in, the player's own module stays an import of its file."""
    files = game(
        'import { Script } from "aethel"; import { n } from "./lib/n";\n'
        "export default class Main extends Script<{ speed: number }> { update() { return n } }",
        **{"scripts/lib/n.ts": "export const n: number = 42", "scripts/other.js": "unused()"},
    )
    built = export(files)
    code = module(built)
    assert boot(built)["scripts"].startswith("scripts/game-")
    assert f'from"../{LEAN.modules["aethel"]}"' in code
    assert '"scripts/main.ts":' in code
    assert "42" in code
    assert "unused" not in code
    assert "speed" not in code
    assert LEAN.entry in built.files
    assert not any(path.endswith(".map") for path in built.files)


def test_without_scripts_there_is_no_module() -> None:
    """And the player is told so."""
    assert boot(export(project()))["scripts"] is None


def test_debug_keeps_names_and_maps() -> None:
    """The map names the scripts as the project does, relative to itself."""
    built = export(game("export function update(ctx: object) { return ctx }"), "debug")
    code = module(built)
    name = boot(built)["scripts"]
    assert code.endswith(f"//# sourceMappingURL={name.removeprefix('scripts/')}.map\n")
    source_map = json.loads(built.files[f"{name}.map"])
    assert "main.ts" in source_map["sources"]
    assert "function update(ctx)" in code
    asked = export(game("export default 1"), include_debug_symbols=True)
    assert f"{boot(asked)['scripts']}.map" in asked.files


def test_all_of_three_comes_only_with_scripts_that_import_it() -> None:
    """A string of that name is no import."""
    with_three = export(game('import { Vector3 } from "three"; export default Vector3'))
    assert FULL.modules["three"] in with_three.files
    assert FULL.entry in with_three.files
    assert f'from"../{FULL.modules["three"]}"' in module(with_three)
    without = export(game('export default ["one", "two", "three"]'))
    assert LEAN.entry in without.files
    assert FULL.modules["three"] not in without.files


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("core", 'import { Component } from "@aethel/core"; export class A extends Component {}'),
        ("ui", 'import { useState } from "@aethel/ui"; export default useState'),
        ("gameScript", 'import { getWorld } from "@/lib/game-engine"; export default getWorld'),
    ],
)
def test_an_api_comes_only_with_scripts_that_import_it(name: str, script: str) -> None:
    """All that it needs, and nothing of it to other games."""
    needed = {*LEAN.chunks[name]}
    assert needed <= export(game(script)).files.keys()
    others = export(game(f"export default {json.dumps(script)}")).files
    assert needed.isdisjoint(others)


def test_jsx_is_that_of_the_player() -> None:
    """Without a word of it in the script, and whatever the project's own settings say."""
    files = game('import { Bar } from "./Bar"; export default Bar') | {
        "scripts/Bar.tsx": b"export const Bar = () => <><b>1</b></>;",
        "scripts/tsconfig.json": b'{"compilerOptions": {"jsx": "preserve"}}',
    }
    built = export(files)
    assert {*LEAN.chunks["ui"]} <= built.files.keys()
    assert f'from"../{LEAN.modules["@aethel/ui"]}"' in module(built)


def test_huds_are_shipped_although_no_component_names_them() -> None:
    """And one that is not there is a problem."""
    hud = {"scripts/ui/HUD.tsx": b"export const HUD = () => <b>100</b>;"}
    built = export(project(game={"hud": ["scripts/ui/HUD.tsx"]}, **hud))
    assert boot(built)["game"]["hud"] == ["scripts/ui/HUD.tsx"]
    assert '"scripts/ui/HUD.tsx":' in module(built)
    (found,) = problems(project(game={"hud": ["scripts/ui/Gone.tsx"]}))
    assert "game.json $.hud[0]" in found
    assert "Gone.tsx" in found


def test_types_are_imported_of_the_player_without_a_name_for_it() -> None:
    """They are gone before anybody looks for them."""
    script = 'import { Entity, scene } from "aethel"; export default (e: Entity) => scene.name'
    assert "Entity" not in module(export(game(script)))


def test_data_can_be_imported() -> None:
    """JSON and shaders, from below scripts/ or beside."""
    files = game(
        'import words from "../assets/words.json"; import glsl from "./glow.frag";\n'
        "export default [words.hello, glsl]",
        **{"assets/words.json": '{"hello": "olleh"}', "scripts/glow.frag": "void main() {}"},
    )
    code = module(export(files))
    assert "olleh" in code
    assert "void main() {}" in code


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("let x = ;", "scripts/main.ts:1:9: Unexpected"),
        ("\n\nclass {", "scripts/main.ts:3:7: Expected"),
        ('import "./gone"', "scripts/main.ts:1:8: could not resolve"),
        ('import "lodash"', "put other libraries into scripts/"),
        ('import fs from "node:fs"; export default fs', "could not resolve"),
        ('import x from "https://evil.example/x.js"; export default x', "imports 'https://evil"),
        ('import { nothing } from "./lib"; nothing()', "No matching export"),
        ('import x from "three/addons/x.js"; export default x', "could not resolve"),
        ('import { Nope } from "aethel"; new Nope()', "main.ts:1:10: “aethel” has no 'Nope'"),
        ('import { Nope } from "@aethel/core"; Nope()', "1:10: “@aethel/core” has no 'Nope'"),
        ('import { Mash } from "three"; Mash()', "main.ts:1:10: “three” has no 'Mash'"),
    ],
)
def test_what_is_wrong_with_a_script_is_told_by_its_line(script: str, message: str) -> None:
    """In words that say what scripts may do."""
    (found,) = problems(game(script, **{"scripts/lib.ts": "export const some = 1"}))
    assert message in found


def test_every_broken_script_is_told() -> None:
    """At once."""
    others = {f"scripts/s{n}.ts": "let = 5 5" for n in range(5)}
    files = game("\n".join(f'import "./s{n}"' for n in range(5)), **others)
    assert sorted(line.partition(":")[0] for line in problems(files)) == sorted(others)


def test_a_script_that_nothing_runs_cannot_break_an_export() -> None:
    """It is not shipped, and the maker is warned; in debug, which ships it, it is a problem."""
    files = game("export default 1", **{"scripts/wip.ts": "class {"})
    built = export(files)
    assert "wip" not in module(built)
    (warning,) = (note for note in built.plan.notes if note.level == "warning")
    assert str(warning) == 'scripts/wip.ts:1:7: Expected identifier but found "{"'
    assert str(warning) in problems(files, "debug")


def test_scripts_that_were_not_looked_into_are_looked_into_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The compiler took too long: the export does not stand for those that follow."""
    files = game("export default 1", **{"scripts/wip.ts": "export default 2"})
    assert export(files).plan.reusable
    compile_ = Bundler._compile

    def slow(bundler: Bundler, modules: Any, *, minify: bool) -> Any:
        return compile_(bundler, modules, minify=minify) if minify else None

    monkeypatch.setattr(Bundler, "_compile", slow)
    assert not export(files).plan.reusable


def test_a_game_without_scripts_is_warned_of_broken_ones() -> None:
    """Also of those that import what is not there; sound ones are no news."""
    broken = {"scripts/a.ts": b'\nimport "./gone"', "scripts/b.ts": b"export default 1"}
    built = export(project(**broken))
    assert boot(built)["scripts"] is None
    (warning,) = (note for note in built.plan.notes if note.level == "warning")
    assert str(warning).startswith("scripts/a.ts:2:8: could not resolve")


@pytest.mark.parametrize(
    "statement",
    [
        'import x from "{path}"',
        'import x from "{up}{path}"',
        'const x = require("{path}")',
        'export * from "{path}"',
        "const x = import(`{path}`)",
    ],
)
@pytest.mark.parametrize("secret", ["secret.json", "secret.ts", "secret.txt", "secret.bin", "gone"])
def test_nothing_outside_of_the_project_can_be_read(
    tmp_path: Path, statement: str, secret: str
) -> None:
    """Neither its bytes nor whether it is there shows, in the artifact or in a message."""
    target = tmp_path / secret
    if secret != "gone":
        target.write_text('"hunter2" is broken {')
    text = statement.format(path=target, up="../" * 20)
    found = "\n".join(problems(game(f"{text}\nexport default x")))
    assert "outside of the project" in found
    assert "hunter2" not in found


def test_a_source_map_of_somebody_else_is_not_followed(tmp_path: Path) -> None:
    """Not even if a script says that it is its own."""
    outside = {"version": 3, "sources": ["x"], "sourcesContent": ["hunter2"], "mappings": "AAAA"}
    (tmp_path / "x.map").write_text(json.dumps(outside))
    built = export(game(f"export default 1\n//# sourceMappingURL={tmp_path}/x.map"), "debug")
    assert not any(b"hunter2" in data for data in built.files.values())


def test_a_script_s_own_name_breaks_nothing() -> None:
    """Whatever letters a path may have."""
    odd = "scripts/it's `odd` ${x}.ts"
    scene = level(entity("e", component("Script", scriptId=odd)))
    files = project(**{"scenes/main.json": scene, odd: b"export default 7"})
    assert odd in module(export(files))


def test_warnings_of_the_compiler_reach_the_maker() -> None:
    """With file and line."""
    text = notes(export(game("export default (typeof x === 'nul')")))
    assert "scripts/main.ts:1:" in text

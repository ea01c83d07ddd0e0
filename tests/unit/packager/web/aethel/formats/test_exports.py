"""Every project of the engine's editors becomes an artifact of every platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.engine import problems
from tests.projects import build, request
from tests.unit.packager.web.aethel.formats.reading import PROJECTS, editor_project

if TYPE_CHECKING:
    from shared.domain.options import Platform

NAMES = sorted(path.name for path in PROJECTS.iterdir() if path.name != "template-missing-entry")


@pytest.mark.parametrize("platform", ["web", "windows", "linux"])
@pytest.mark.parametrize("name", NAMES)
def test_a_project_is_exported(name: str, platform: Platform) -> None:
    """Nothing of it is worth a warning; the scene that it begins with is there."""
    built = build(editor_project(name), request(platform))
    assert [note for note in built.plan.notes if note.level == "warning"] == []
    if name == "old-export":
        assert b"logo" in built.files["index.html"]
        return
    boot = msgspec.json.decode(built.files["aethel.json"])
    first = boot["scenes"][boot["game"]["startScene"]]
    assert first.startswith("scenes/")
    assert built.files[first]


def test_imports_of_a_template_that_lead_nowhere_are_named() -> None:
    """The fps template's HUD and one of its scripts import a module that it lacks."""
    files = editor_project("template-hud")
    del files["Content/Scripts/Systems.ts"]
    found = problems(files)
    assert len(found) == 2
    for path in ("Content/Scripts/UI/HUD.tsx:2:", "Content/Scripts/Drain.ts:2:"):
        assert any(problem.startswith(path) and "Systems" in problem for problem in found)


@pytest.mark.parametrize("module", ["@aethel/api", "@aethel/engine"])
def test_modules_that_no_game_has_are_refused_by_name(module: str) -> None:
    """With file and line, and what they are."""
    files = editor_project("template-hud")
    path = "Content/Scripts/Drain.ts"
    files[path] = f'import {{ x }} from "{module}";\n'.encode() + files[path] + b"\nx();"
    (problem,) = problems(files)
    assert problem.startswith(f"{path}:1:")
    assert f"imports “{module}”, which" in problem


def test_scenes_of_one_name_are_told_apart_by_their_folders() -> None:
    """The first one keeps the short name; scenes/ goes before all others."""
    files = editor_project("template-blank")
    scene = files["Content/Scenes/Main.scene"]
    files["Content/Scenes/Old/Main.scene"] = scene
    files["aethel.config.json"] = b'{"entry": "Content/Scenes/Old/Main.scene"}'
    boot = msgspec.json.decode(build(files, request("web", "debug")).files["aethel.json"])
    assert boot["game"]["startScene"] == "Content/Scenes/Old/Main"
    assert boot["scenes"] == {
        "Main": "scenes/Main.json",
        "Content/Scenes/Old/Main": "scenes/Content/Scenes/Old/Main.json",
    }

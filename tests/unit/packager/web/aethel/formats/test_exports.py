"""Every project of the engine's editors becomes an artifact of every platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

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

"""What is checked is what the player reads."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from services.packager.runtimes.build import source_of
from services.packager.web.aethel.reading.level_reader import PRIMITIVES
from services.packager.web.aethel.schema.components import BUSES, KINDS, PRESETS
from services.packager.web.aethel.schema.materials import MaterialFields
from services.packager.web.aethel.schema.scenes import (
    Audio,
    Game,
    Lighting,
    Physics,
    Rendering,
    Skybox,
)

ROOT = Path(__file__).parents[5]
PLAYER = source_of("player") / "src"
_DEFAULTS = re.compile(r"static readonly defaults: \w+ = \{(.*?)\};", re.DOTALL)
_NESTED = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]")


def fields_of(file: Path) -> set[str]:
    """The names of a component's data, as its class lists them."""
    found = _DEFAULTS.search(file.read_text())
    assert found is not None, file
    return set(re.findall(r"(\w+):", _NESTED.sub("", found[1])))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_field_of_a_component_is_known_to_both(name: str) -> None:
    """One that the player reads is checked, and none is checked that it does not read."""
    checked = {field.encode_name for field in msgspec.structs.fields(KINDS[name])}
    assert checked == fields_of(PLAYER / "components" / f"{name}.ts")


def test_every_kind_of_component_is_known_to_both() -> None:
    """Each has a file of its own in the player."""
    files = {path.stem for path in (PLAYER / "components").glob("[A-Z]*.ts")}
    assert files == KINDS.keys()


def test_every_field_of_a_material_is_known_to_both() -> None:
    """The player warns of no field that the export takes, nor the other way round."""
    text = (PLAYER / "assets" / "materials.ts").read_text()
    listed = " ".join(
        string
        for call in re.findall(r"words\(([^)]*)\)", text)
        for string in re.findall(r'"([^"]*)"', call)
    )
    maps = re.findall(r'(\w+): "(?:color|data)"', text)
    aliases = re.findall(r'^  (\w+): "\w+",$', text, re.MULTILINE)
    checked = {field.encode_name for field in msgspec.structs.fields(MaterialFields)}
    assert {*listed.split(), *maps, *aliases} == checked


def test_every_name_that_a_component_may_have_is_known_to_both() -> None:
    """Presets of particles, and the buses of the mixer."""
    presets = (PLAYER / "components" / "particles" / "presets.ts").read_text()
    assert re.findall(r"^  (\w+): \{ speed", presets, re.MULTILINE) == list(PRESETS)
    engine = (PLAYER / "audio" / "engine.ts").read_text()
    buses = re.search(r"BUSES: Bus\[\] = \[(.*)\]", engine)
    assert buses is not None
    assert re.findall(r'"(\w+)"', buses[1]) == list(BUSES)


def documented(text: str, name: str) -> bool:
    """Whether a name stands in the documents as code, by itself or in a table of fields."""
    return re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", text) is not None


@pytest.mark.parametrize(
    "kind",
    [*KINDS.values(), MaterialFields, Game, Skybox, Lighting, Physics, Audio, Rendering],
    ids=lambda kind: kind.__name__,
)
def test_every_field_is_documented(kind: type[msgspec.Struct]) -> None:
    """On the page that says what a project consists of."""
    text = (ROOT / "docs" / "project-format.md").read_text()
    fields = [field.encode_name for field in msgspec.structs.fields(kind)]
    assert [name for name in fields if not documented(text, name)] == []


def test_every_primitive_is_known_to_both() -> None:
    """By the names that the player draws; one of them has two."""
    text = (PLAYER / "render" / "primitives.ts").read_text()
    assert {*re.findall(r"^  (\w+): \[", text, re.MULTILINE), "cube"} == PRIMITIVES

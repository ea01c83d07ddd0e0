"""What is checked is what the player reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from services.packager.runtimes.build import source_of
from services.packager.web.aethel.reading.level_reader import PRIMITIVES
from services.packager.web.aethel.schema.components import KINDS

if TYPE_CHECKING:
    from pathlib import Path

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


def test_every_primitive_is_known_to_both() -> None:
    """By the names that the player draws; one of them has two."""
    text = (PLAYER / "render" / "primitives.ts").read_text()
    assert {*re.findall(r"^  (\w+): \[", text, re.MULTILINE), "cube"} == PRIMITIVES

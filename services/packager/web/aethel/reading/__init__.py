"""Scenes are read for what is wrong with them, and for the files that they use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.web.aethel.findings import read_document
from services.packager.web.aethel.reading.level_reader import LevelReader
from services.packager.web.aethel.reading.runtime_reader import RuntimeReader
from services.packager.web.aethel.scenes import Scene

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings

NO_SCENE: Final = (
    "is no scene: it has neither entities (a level) nor objects, and is of no other known format"
)


def read_scene(project: ProjectFiles, name: str, file: str, findings: Findings) -> Scene | None:
    """One scene of either shape; None, and errors reported, where it is none."""
    document = read_document(project, file, findings)
    if document is None:
        return None
    scene = Scene(name=name, file=file)
    if "entities" in document:
        read = LevelReader(scene, findings).level
    elif "objects" in document or "lights" in document:
        read = RuntimeReader(scene, findings).runtime
    else:
        findings.error(file, NO_SCENE)
        return None
    with findings.walking(file):
        read(document)
    return scene


def read_prefab(project: ProjectFiles, file: str, findings: Findings) -> Scene | None:
    """A prefab that has a file of its own."""
    document = read_document(project, file, findings)
    if document is None:
        return None
    reader = LevelReader(Scene(name=file, file=file), findings)
    with findings.walking(file):
        reader.prefab(document)
    return reader.scene

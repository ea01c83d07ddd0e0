"""Whether everything that scenes name is there, and is what they take it for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.web.aethel import models

if TYPE_CHECKING:
    from services.packager.web.aethel.asset_index import Library
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.scenes import Scene, Use

PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".svg", ".gif", ".bmp")
SOUNDS: Final = (".wav", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".flac", ".webm", ".mp4")
SUFFIXES: Final = {
    "texture": (*PICTURES, ".hdr", ".ktx2"),
    "audio": SOUNDS,
    "model": models.SUFFIXES,
    "material": (".json", ".mat"),
    "controller": (".json",),
    "surface": (".json",),
}


def check(scene: Scene, library: Library, findings: Findings) -> None:
    """Tell of every file that the scene names in vain, itself or through a material or a model."""
    _check_uses(scene, library, findings)
    for asset in scene.assets.values():
        file = library.find(asset.id, scene) if asset.type == "prefab" else None
        prefab = library.prefab(file) if file else None
        if prefab:  # its ids are those of the scenes that list it
            named = msgspec.structs.replace(prefab, assets=scene.assets)
            _check_uses(named, library, findings)


def _check_uses(scene: Scene, library: Library, findings: Findings) -> None:
    for use in scene.uses:
        if use.kind == "script":
            _check_script(scene, use, library)
        elif file := _check_file(scene, use, library, findings):
            _check_inside(scene, use, file, library)


def _check_script(scene: Scene, use: Use, library: Library) -> None:
    if library.find_script(use.reference, scene) is None:
        library.missing(scene.file, scene.path_of(use.reference), use.path)


def _check_file(scene: Scene, use: Use, library: Library, findings: Findings) -> str | None:
    file = library.find(use.reference, scene)
    if file is None:
        library.missing(scene.file, scene.path_of(use.reference), use.path)
        return None
    known = SUFFIXES[use.kind]
    if not file.lower().endswith(known):
        message = f"{file} is no {use.kind} that the player reads; these are: {' '.join(known)}"
        findings.problem(scene.file, message, path=use.path)
        return None
    return file


def _check_inside(scene: Scene, use: Use, file: str, library: Library) -> None:
    if use.kind == "model":
        model = library.model(file)
        for part in model.parts if model else ():
            if part not in library.project:
                library.missing(file, part)
    elif use.kind == "material":
        for slot, reference in library.maps(file).items():
            if library.find(reference, scene) is None:
                library.missing(file, scene.path_of(reference), f"$.{slot}")
    elif use.kind in ("controller", "surface"):
        library.strings(file)  # tells if it is no JSON

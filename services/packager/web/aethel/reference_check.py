"""The reference check finds out whether what scenes name is there, and is what they take it for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.web.aethel import animations, media, models

if TYPE_CHECKING:
    from services.packager.web.aethel.asset_index import AssetIndex
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.scenes import AssetUse, Scene
    from services.packager.web.aethel.schema.scenes import Asset

PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".svg", ".gif", ".bmp")
SOUNDS: Final = (".wav", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".flac", ".webm", ".mp4")
SUFFIXES: Final = {
    "texture": (*PICTURES, ".hdr", ".ktx2", *media.PICTURES),
    "audio": SOUNDS,
    "model": models.SUFFIXES,
    "material": (".json", ".mat", ".material"),
    "controller": (".json", ".anim", ".controller"),
    "surface": (".json",),
}


def check(scene: Scene, index: AssetIndex, findings: Findings) -> None:
    """Report every file that the scene names in vain, itself or through a material or a model."""
    _check_uses(scene, index, findings)
    animations.check(scene, index, findings)
    used = {use.reference.partition("#")[0] for use in scene.uses}
    for asset in scene.assets.values():
        left_out = index.tell_if_left_out(scene.file, asset.path)
        if not left_out and asset.id not in used and not _is_there(asset, scene, index):
            message = f"the asset {asset.id!r} names {asset.path!r}, which is not in the project"
            findings.warning(scene.file, message)
        file = index.find(asset.id, scene) if asset.type == "prefab" else None
        prefab = index.prefab(file) if file else None
        if prefab:  # its ids are those of the scenes that list it
            named = msgspec.structs.replace(prefab, assets=scene.assets)
            _check_uses(named, index, findings)
            animations.check(named, index, findings)


def _is_there(asset: Asset, scene: Scene, index: AssetIndex) -> bool:
    inline = asset.data is not None or not asset.path
    return inline or bool(index.find(asset.id, scene) or index.find_script(asset.id, scene))


def _check_uses(scene: Scene, index: AssetIndex, findings: Findings) -> None:
    for use in scene.uses:
        if use.kind == "script":
            _check_script(scene, use, index)
        elif file := _check_file(scene, use, index, findings):
            _check_inside(scene, use, file, index)
            if use.node:
                index.missing_node(file, use.node, scene=scene.file, path=use.path)


def _check_script(scene: Scene, use: AssetUse, index: AssetIndex) -> None:
    if index.find_script(use.reference, scene) is None:
        index.missing(scene.file, scene.path_of(use.reference), use.path)


def _check_file(scene: Scene, use: AssetUse, index: AssetIndex, findings: Findings) -> str | None:
    file = index.find(use.reference, scene)
    if file is None:
        index.missing(scene.file, scene.path_of(use.reference), use.path)
        return None
    known = SUFFIXES[use.kind]
    if not file.lower().endswith(known):
        message = (
            f"{file} is no {use.kind} that the player reads; these are: {' '.join(known)}; "
            "save it as one of those"
        )
        findings.error(scene.file, message, path=use.path)
        return None
    return file


def _check_inside(scene: Scene, use: AssetUse, file: str, index: AssetIndex) -> None:
    if use.kind == "texture":
        index.picture(file)
    elif use.kind == "model":
        model = index.model(file)
        for part in model.parts if model else ():
            if part not in index.project:
                index.missing(file, part)
            else:
                index.picture(part)
    elif use.kind == "material":
        for slot, reference in index.maps(file).items():
            texture = index.find(reference, scene)
            if texture is None:
                index.missing(file, scene.path_of(reference), f"$.{slot}")
            else:
                index.picture(texture)
    elif use.kind == "controller":
        index.controller(file)
    elif use.kind == "surface":
        index.strings(file)  # tells if it is no JSON

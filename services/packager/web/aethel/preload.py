"""Preloads name what the player asks for before its first frame, so that it comes at once.

Without them it would be found out step by step: the manifest names the scene, the scene its
materials, they their textures. Nothing is named that the player does not ask for: browsers complain
of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.web.aethel import player_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.web.aethel.load_project import LoadedProject
    from services.packager.web.aethel.player_chunks import Variant
    from services.packager.web.aethel.scenes import AssetUse, Scene


def files(scene: Scene, loaded: LoadedProject) -> list[str]:
    """Project paths of a scene and of all that it loads, in the order of their discovery.

    A scene loads what its entities, its settings, and its prefabs name; what scripts may ask for
    later is not among it.
    """
    named = (path for use in _uses(scene, loaded) for path in _loaded(use, scene, loaded))
    found = dict.fromkeys([scene.file, *_prefabs(scene, loaded), *named])
    return [path for path in found if path == scene.file or path in loaded.reach.files]


def with_prefabs(scene: Scene, loaded: LoadedProject) -> list[Scene]:
    """The scene, and its prefabs that have files of their own."""
    prefabs = (loaded.index.known_prefab(path) for path in _prefabs(scene, loaded))
    return [scene, *(prefab for prefab in prefabs if prefab)]


def programs(
    loaded: LoadedProject, variant: Variant, paths: list[str], *, bakes: bool
) -> list[str]:
    """What the player fetches of itself for the first scene: WebAssembly, decoders.

    Args:
        loaded: The project.
        variant: Of the player.
        paths: What :func:`files` found.
        bakes: Whether it has to bake the scene's navigation meshes, if the scene has agents.
    """
    scenes = with_prefabs(loaded.scenes[loaded.start], loaded)
    chunks = player_chunks.chunks_of(scenes, paths, (), loaded.index, "release")
    chunks -= set() if bakes else {player_chunks.BAKING}
    needed = {file for chunk in chunks for file in variant.chunks.get(chunk, ())}
    return sorted(needed & variant.fetched)


def _prefabs(scene: Scene, loaded: LoadedProject) -> list[str]:
    """Prefabs with files of their own."""
    listed = (asset for asset in scene.assets.values() if asset.type == "prefab")
    found = (loaded.index.find(asset.id, scene) for asset in listed)
    return [path for path in found if path]


def _uses(scene: Scene, loaded: LoadedProject) -> Iterator[AssetUse]:
    yield from scene.uses
    for path in _prefabs(scene, loaded):
        prefab = loaded.index.known_prefab(path)
        yield from prefab.uses if prefab else ()


def _loaded(use: AssetUse, scene: Scene, loaded: LoadedProject) -> Iterator[str]:
    """The file itself, and those that it names."""
    index = loaded.index
    path = index.find(use.reference, scene) if use.kind != "script" else None
    if path is None:
        return
    yield path
    if use.kind == "model":
        model = index.model(path)
        yield from model.parts if model else ()
    elif use.kind == "material":
        textures = (index.find(texture, scene) for texture in index.maps(path).values())
        yield from (texture for texture in textures if texture)

"""Player chunks are optional: nobody downloads a physics engine for a still life."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from services.packager.web.aethel.models import SUFFIXES as MODELS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from services.packager.web.aethel.asset_index import AssetIndex
    from services.packager.web.aethel.scenes import Scene
    from shared.domain.options import Configuration
    from shared.templates import Template

MESH_DECODER: Final = "meshopt"
DECODERS: Final = {
    "KHR_draco_mesh_compression": "draco",
    "EXT_meshopt_compression": MESH_DECODER,
    "KHR_meshopt_compression": MESH_DECODER,
    "KHR_texture_basisu": "ktx2",
}
COMPONENTS: Final = {
    "Collider": "physics",
    "RigidBody": "physics",
    "Animator": "animation",
    "NavMeshAgent": "navigation",
}
BAKING: Final = "baking"  # for ground that is not as it was when its game was exported
_NAMED: Final = re.compile("|".join(COMPONENTS))  # a script that names one may add it


class Variant(msgspec.Struct, frozen=True):
    """One build of the player: lean, or with all of three.js for scripts that import it."""

    entry: str
    modules: dict[str, str]  # what scripts import -> file
    exported: dict[str, tuple[str, ...]]  # the names that each of these modules exports
    core: tuple[str, ...]  # files that every game needs
    chunks: dict[str, tuple[str, ...]]  # what only some need -> files beyond the core
    fetched: frozenset[str]  # those of the files that are no modules: WebAssembly, workers, scripts


class Player(msgspec.Struct, frozen=True, rename="camel"):
    """What the player's ``template.json`` says beside its files."""

    page: str
    service_worker: str
    declarations: str
    bundler: str
    mesh_encoder: str  # likewise a file that no game gets
    baker: str  # likewise: bakes navigation meshes
    single_file: str  # the first script of a game in one file
    variants: dict[Literal["lean", "full"], Variant]


class MeshCoder(msgspec.Struct, frozen=True):
    """What packs meshes, and what a game has to carry to unpack them."""

    encoder: bytes  # WebAssembly
    decoder_bytes: int


def player_of(template: Template) -> Player:
    """How the template is to be used (raises msgspec.ValidationError on another kind)."""
    return msgspec.json.decode(template.description, type=Player)


def mesh_coder_of(template: Template, player: Player, variant: Variant) -> MeshCoder:
    """The coder of a player."""
    decoder = variant.chunks[MESH_DECODER]
    size = sum(template.files[file].size for file in decoder)
    return MeshCoder(template.read(player.mesh_encoder), size)


def chunks_of(
    scenes: Iterable[Scene],
    files: Collection[str],
    texts: Iterable[str],
    index: AssetIndex,
    configuration: Configuration,
) -> set[str]:
    """The names of the chunks that may be asked for.

    Args:
        scenes: That are shipped, prefabs in files of their own among them.
        files: That are shipped, by project path.
        texts: Of the scripts that are shipped.
        index: Of the project; it knows what models need.
        configuration: Debug maps the errors of scripts to their source.
    """
    chunks = {COMPONENTS[name] for text in texts for name in _NAMED.findall(text)}
    for scene in scenes:
        chunks |= {COMPONENTS[kind] for kind in scene.kinds & COMPONENTS.keys()}
        chunks |= {"effects"} if scene.effects else set()
        chunks |= {"sky"} if scene.procedural_sky else set()
    for file in files:
        chunks.update(_for_file(file.lower(), file, index))
    chunks |= {BAKING} if "navigation" in chunks else set()
    return chunks | ({"errors"} if configuration == "debug" else set())


def imported_chunks(variant: Variant, imported: Collection[str]) -> set[str]:
    """The names of the chunks that a game's own code imports, by the files of the player."""
    return {name for name, files in variant.chunks.items() if not set(files).isdisjoint(imported)}


def _for_file(lower: str, file: str, index: AssetIndex) -> Iterator[str]:
    if lower.endswith(".hdr"):
        yield "hdr"
    elif lower.endswith(".ktx2"):
        yield "ktx2"
    elif lower.endswith(MODELS):
        yield "gltf"
        model = index.model(file)
        for extension in model.extensions if model else ():
            if extension in DECODERS:
                yield DECODERS[extension]

"""Extensions of glTF: which of them the player has, and what becomes of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.web.aethel.models import Model

# What the player's loader reads; a test compares it with three.js.
READ: Final = frozenset({
    "KHR_binary_glTF",
    "KHR_draco_mesh_compression",
    "KHR_lights_punctual",
    "KHR_materials_anisotropy",
    "KHR_materials_clearcoat",
    "KHR_materials_diffuse_roughness",
    "KHR_materials_dispersion",
    "KHR_materials_emissive_strength",
    "KHR_materials_ior",
    "KHR_materials_iridescence",
    "KHR_materials_sheen",
    "KHR_materials_specular",
    "KHR_materials_transmission",
    "KHR_materials_unlit",
    "KHR_materials_volume",
    "KHR_mesh_quantization",
    "KHR_meshopt_compression",
    "KHR_texture_basisu",
    "KHR_texture_transform",
    "EXT_materials_bump",
    "EXT_mesh_gpu_instancing",
    "EXT_meshopt_compression",
    "EXT_texture_avif",
    "EXT_texture_webp",
})  # fmt: skip
# What says nothing about how a model looks or moves.
UNSEEN: Final = frozenset({"FB_ngon_encoding", "KHR_xmp", "KHR_xmp_json_ld"})


def lacking(model: Model) -> Iterator[str]:
    """What is wrong with a model that cannot be shown without what the player lacks."""
    for name in sorted(model.required - READ - UNSEEN):
        yield f"needs the glTF extension {name!r}, which the player lacks: export it without that"


def ignored(model: Model) -> Iterator[tuple[str, str]]:
    """(extension, what the maker should know of it): the model is shown without these."""
    for name in sorted(model.extensions - model.required - READ - UNSEEN):
        message = (
            f"uses the glTF extension {name!r}, which the player lacks: what it adds is "
            "not shown, here and in other models"
        )
        yield name, message

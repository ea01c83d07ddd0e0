"""Prefabs of the ECS: a tree of entities, components with the first letter small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.documents import colors
from services.packager.web.aethel.documents.fields import Fields
from services.packager.web.aethel.documents.format import Format
from services.packager.web.aethel.documents.level_builder import ONE, ORIGIN, LevelBuilder
from services.packager.web.aethel.documents.rotations import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.web.aethel.documents.fields import Source
    from services.packager.web.aethel.documents.format import Surroundings
    from services.packager.web.aethel.documents.level_builder import Converted, EntityBuilder

SAME: Final = {  # as in a level, but for the first letter
    "camera": "Camera",
    "particleSystem": "ParticleSystem",
    "animator": "Animator",
    "navMeshAgent": "NavMeshAgent",
}
MOST_LAYER: Final = 31


def recognises(content: Any) -> bool:
    """An entity and the number of a version, or a list of such."""
    items = content if isinstance(content, list) else [content]
    return bool(items) and all(
        isinstance(item, dict)
        and isinstance(item.get("entity"), dict)
        and isinstance(item.get("version"), int)
        for item in items
    )


def convert(source: Source, around: Surroundings) -> Converted:  # noqa: ARG001 - names nothing else
    """The prefab; of a list the first, as a file of the game is one prefab."""
    prefab = source.fields()
    if isinstance(source.content, list):
        prefab = next(Fields({"all": source.content}, source, "$").each("all"))
        if len(source.content) > 1:
            message = f"holds {len(source.content)} prefabs, of which the first is read: split it"
            source.warn(message)
    builder = LevelBuilder()
    waiting: list[tuple[Fields, str | None]] = [(prefab.inner("entity"), None)]
    while waiting:
        item, parent = waiting.pop()
        entity_id = f"e{len(builder.entities)}"
        _entity(item, builder, entity_id, parent)
        waiting += reversed([(child, entity_id) for child in item.each("children")])
        item.close()
    name = prefab.text("name", "Prefab")
    prefab.ignore("version", "created", "modified", "description", "thumbnail", "tags", "category")
    made = builder.prefab(prefab.identifier("id", name), name)
    prefab.close()
    return made


def _entity(item: Fields, builder: LevelBuilder, entity_id: str, parent: str | None) -> None:
    components = list(item.each("components"))
    own = next((c.inner("data") for c in components if c.raw("type") == "transform"), None)
    transform = item.inner("transform") if "transform" in item or own is None else own
    turn = transform.vector("rotation", NONE)
    entity = builder.entity(
        item.path,
        entity_id=entity_id,
        name=item.text("name", entity_id),
        parent=parent,
        position=transform.vector("position", ORIGIN),
        rotation=(turn[0], turn[1], turn[2], turn[3]),
        scale=transform.vector("scale", ONE),
        tags=item.texts("tags"),
        layer=round(item.number("layer", 0, least=0, most=MOST_LAYER)),
        active=item.flag("enabled", default=True),
    )
    transform.close()
    item.ignore("id", "transform")
    for part in components:
        kind = part.text("type")
        data = part.inner("data")
        if part.flag("enabled", default=True) and kind != "transform":
            _component(kind, data, entity, part)
        part.ignore("id")
        part.close()


def _component(kind: str, data: Fields, entity: EntityBuilder, part: Fields) -> None:
    if write := WRITERS.get(kind):
        write(data, entity)
        data.close()
    elif kind in SAME:
        entity.component(
            SAME[kind], {name: _plain(data.raw(name)) for name in data.names()}, place=data.path
        )
    else:
        message = f"components of type {kind!r} are unknown and have no effect"
        part.source.warn(message, part.path)


def _plain(value: Any) -> Any:
    """Vectors and the like may be wrapped as ``{type, value}``."""
    if isinstance(value, dict) and value.keys() == {"type", "value"}:
        return value["value"]
    return value


def _mesh(data: Fields, entity: EntityBuilder) -> None:
    data.lose("has no effect: meshes are drawn in the player's order", "renderOrder")
    written = {
        "meshId": data.text("meshId"),
        "materialIds": data.texts("materialIds"),
        "castShadows": data.flag("castShadow", default=True),
        "receiveShadows": data.flag("receiveShadow", default=True),
    }
    if data.flag("visible", default=True):
        entity.component("MeshRenderer", written, place=data.path)


def _light(data: Fields, entity: EntityBuilder) -> None:
    kinds = ("directional", "point", "spot", "ambient", "hemisphere")
    written = {
        "type": data.choice("type", kinds, "point"),
        "color": colors.srgb(data, "color", colors.WHITE),
        "intensity": data.number("intensity", 1, least=0),
        "range": data.number("range", 10, least=0),
        "angle": data.number("angle", 0.7853981633974483, least=0, most=3.2),
        "penumbra": data.number("penumbra", 0.1, least=0, most=1),
        "decay": data.number("decay", 2, least=0),
        "castShadows": data.flag("castShadow", default=False),
    }
    if "shadowMapSize" in data:
        written["shadowMapSize"] = round(data.number("shadowMapSize", 1024, least=1, most=16_384))
    data.ignore("shadowBias", "shadowRadius")
    entity.component("Light", written, place=data.path)


def _collider(data: Fields, entity: EntityBuilder) -> None:
    shape = data.choice("type", ("box", "sphere", "capsule", "mesh", "plane"), "box")
    written = {
        "shape": shape,
        "isTrigger": data.flag("isTrigger", default=False),
        "center": list(data.vector("center", ORIGIN)),
        "size": list(data.vector("size", ONE)),
        "radius": data.number("radius", 0.5, least=0),
        "height": data.number("height", 2, least=0),
    }
    if surface := data.raw("physicsMaterial"):
        written["physicsMaterial"] = surface
    if shape == "capsule" and data.text("direction", "y") != "y":
        data.source.warn("capsules stand upright: turn the entity", data.place("direction"))
    data.ignore("direction")
    entity.component("Collider", written, place=data.path)


def _body(data: Fields, entity: EntityBuilder) -> None:
    written: dict[str, Any] = {
        "mass": data.number("mass", 1, least=0),
        "drag": data.number("drag", 0, least=0),
        "angularDrag": data.number("angularDrag", 0.05, least=0),
        "useGravity": data.flag("useGravity", default=True),
        "isKinematic": data.flag("isKinematic", default=False),
        "constraints": {
            field: _axes(data.inner(field)) for field in ("freezePosition", "freezeRotation")
        },
    }
    data.ignore("collisionDetection", "interpolation", "velocity", "angularVelocity")
    entity.component("RigidBody", written, place=data.path)


def _axes(frozen: Fields) -> dict[str, bool]:
    axes = {axis: frozen.flag(axis, default=False) for axis in "xyz"}
    frozen.close()
    return axes


def _audio(data: Fields, entity: EntityBuilder) -> None:
    written = {name: data.raw(name) for name in data.names() if name != "rolloffMode"}
    written.setdefault("maxDistance", 500)
    if data.text("rolloffMode", "logarithmic") != "linear":
        data.source.inform("sounds fade linearly with the distance, not logarithmically")
    entity.component("AudioSource", written, place=data.path)


def _script(data: Fields, entity: EntityBuilder) -> None:
    given = data.raw("properties")
    path = data.text("scriptPath") or data.text("scriptId")
    entity.component(
        "Script",
        {"scriptId": path, "properties": given if isinstance(given, dict) else {}},
        place=data.path,
    )
    data.ignore("scriptId")


WRITERS: Final[dict[str, Callable[[Fields, EntityBuilder], None]]] = {
    "meshRenderer": _mesh,
    "light": _light,
    "collider": _collider,
    "rigidbody": _body,
    "audioSource": _audio,
    "script": _script,
}
FORMAT: Final = Format(name="ECS prefab", kind="prefab", recognises=recognises, convert=convert)

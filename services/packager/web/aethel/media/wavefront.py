"""Wavefront OBJ models become glTF: a part for each material, with the colours of its library."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final

from services.packager.project.unreadable import UnreadableError
from services.packager.web.aethel.media.triangles import Part, glb_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CORNERS: Final = 3_000_000
MAX_LIBRARY_BYTES: Final = 1 << 20
MOST_LIBRARIES: Final = 16
MOST_MATERIALS: Final = 1_000
Corner = tuple[int, int | None, int | None]  # of a position, coordinates, a normal


def libraries(data: bytes) -> list[str]:
    """The files of materials that a model names, relative to it."""
    lines = (line for line in data.splitlines() if line.startswith(b"mtllib "))
    names = {line[7:].strip().decode(errors="replace").replace("\\", "/") for line in lines}
    return sorted(names)[:MOST_LIBRARIES]


def glb_of_obj(data: bytes, library: bytes) -> bytes:
    """The model.

    Args:
        data: Of the ``.obj``.
        library: Of its ``.mtl`` files, one after the other.

    Raises:
        UnreadableError: It is broken, or too large.
    """
    reader = _Reader()
    for number, line in enumerate(data.splitlines(), 1):
        try:
            reader.line(line.split(b"#", 1)[0].split())
        except (ValueError, IndexError) as error:
            raise UnreadableError(f"has an odd line {number}: {error}") from None
    materials, images = _materials(library, list(reader.corners))
    parts = [
        reader.part(corners, number if materials[number] else None)
        for number, corners in enumerate(reader.corners.values())
    ]
    if not parts:
        raise UnreadableError("has no faces")
    return glb_of(parts, [made or {} for made in materials], images)


class _Reader:
    """Collects the corners of triangles by material."""

    def __init__(self) -> None:
        self.corners: dict[bytes, list[Corner]] = {}
        self._points: list[tuple[float, ...]] = []
        self._coordinates: list[tuple[float, float]] = []
        self._normals: list[tuple[float, ...]] = []
        self._material = b""
        self._count = 0

    def line(self, words: list[bytes]) -> None:
        """Take one line; what says nothing about the surface is skipped."""
        match words[:1]:
            case [b"v"]:
                self._points.append(_floats(words, 3))
            case [b"vt"]:
                u, v = _floats([*words[:3], b"0"][:3], 2)
                self._coordinates.append((u, 1 - v))
            case [b"vn"]:
                self._normals.append(_floats(words, 3))
            case [b"usemtl"]:
                self._material = b" ".join(words[1:])
            case [b"f"]:
                self._face([self._corner(word) for word in words[1:]])

    def part(self, corners: list[Corner], material: int | None) -> Part:
        """The triangles of one material; corners that are the same are one."""
        positions, coordinates, normals, indices = array("f"), array("f"), array("f"), array("I")
        places: dict[Corner, int] = {}
        mapped = all(corner[1] is not None for corner in corners)
        lit = all(corner[2] is not None for corner in corners)
        for corner in corners:
            place = places.get(corner)
            if place is None:
                place = places[corner] = len(places)
                point, coordinate, normal = corner
                positions.extend(self._points[point])
                if mapped and coordinate is not None:
                    coordinates.extend(self._coordinates[coordinate])
                if lit and normal is not None:
                    normals.extend(self._normals[normal])
            indices.append(place)
        return Part(
            positions=positions,
            coordinates=coordinates if mapped else None,
            normals=normals if lit else None,
            indices=indices,
            material=material,
        )

    def _face(self, corners: list[Corner]) -> None:
        """A polygon as a fan of triangles."""
        triangles = max(len(corners) - 2, 0)
        self._count += 3 * triangles
        if self._count > MOST_CORNERS:
            raise UnreadableError(f"has more than {MOST_CORNERS // 3:,} triangles")
        kept = self.corners.setdefault(self._material, [])
        for number in range(1, triangles + 1):
            kept += (corners[0], corners[number], corners[number + 1])

    def _corner(self, word: bytes) -> Corner:
        point, coordinate, normal, *_ = [*word.split(b"/"), b"", b""]
        place = _place(point, self._points)
        if place is None:
            raise ValueError("a corner without a position")
        return place, _place(coordinate, self._coordinates), _place(normal, self._normals)


def _place(word: bytes, of: list[Any]) -> int | None:
    """Counted from 1, or from the end."""
    if not word:
        return None
    number = int(word)
    place = number - 1 if number > 0 else len(of) + number
    if not 0 <= place < len(of):
        raise IndexError(f"nothing has the number {number}")
    return place


def _floats(words: list[bytes], count: int) -> tuple[float, ...]:
    if len(words) <= count:
        raise ValueError(f"{count} numbers are needed")
    return tuple(map(float, words[1 : count + 1]))


def _materials(library: bytes, names: list[bytes]) -> tuple[list[dict[str, Any] | None], list[str]]:
    """The material of each name, and the pictures that they show; None where none is known."""
    known = dict(_read_library(library))
    images: list[str] = []
    made: list[dict[str, Any] | None] = []
    for name in names[:MOST_MATERIALS]:
        given = known.get(name)
        made.append(_material(given, images) if given else None)
    return made + [None] * (len(names) - len(made)), images


def _material(given: dict[bytes, list[bytes]], images: list[str]) -> dict[str, Any]:
    opacity = _number(given.get(b"d")) if b"d" in given else 1.0
    color = [_linear(_number([word])) for word in given.get(b"Kd", [b"1", b"1", b"1"])[:3]]
    surface: dict[str, Any] = {
        "baseColorFactor": [*color, opacity],
        "metallicFactor": 0,
        "roughnessFactor": 1,
    }
    if picture := given.get(b"map_Kd"):
        uri = picture[-1].decode(errors="replace").replace("\\", "/")
        if uri not in images:
            images.append(uri)
        surface["baseColorTexture"] = {"index": images.index(uri)}
        surface["baseColorFactor"] = [1, 1, 1, opacity]
    return {
        "pbrMetallicRoughness": surface,
        "doubleSided": True,
        "alphaMode": "BLEND" if opacity < 1 else "OPAQUE",
    }


def _read_library(data: bytes) -> Iterator[tuple[bytes, dict[bytes, list[bytes]]]]:
    fields: dict[bytes, list[bytes]] = {}
    for line in data.splitlines():
        words = line.split(b"#", 1)[0].split()
        if words[:1] == [b"newmtl"]:
            fields = {}
            yield b" ".join(words[1:]), fields
        elif len(words) > 1:
            fields[words[0]] = words[1:]


def _number(words: list[bytes] | None) -> float:
    return min(max(float(words[0]) if words else 1.0, 0.0), 1.0)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - IEC 61966-2-1

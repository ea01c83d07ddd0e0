"""Pictures, sounds and models that are valid, and ways to make them lie."""

from __future__ import annotations

import array
import io
import json
import math
import struct
import wave
import zlib
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from PIL import Image

from services.packager.build.cache_key import plan_of
from services.packager.platforms import exporters
from shared.errors import ProjectError
from tests.engine import as_json, assets, component, entity, level, project
from tests.gltf import Model, as_glb, binary_of, document_of, hills
from tests.projects import build_context, in_memory, request

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from services.packager.build.plan import BuildPlan

PNG = b"\x89PNG\r\n\x1a\n"
ODD_NUMBERS = (0, 1, 2, 7, 255, 65_535, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
ODD_VALUES: tuple[Any, ...] = (
    *(-1, *ODD_NUMBERS, 1 << 40, 1 << 63, 1e308, -0.5, True, None),
    *("", "x", "data:,", "../../x", [], {}, [[]], {"": None}, [0] * 20),
)


def plan(files: Mapping[str, bytes], **options: Any) -> BuildPlan | ProjectError:
    """What comes of a project: a plan, or an error that names one of its files; nothing else."""
    asked = request(
        options.pop("platform", "web"), options.pop("configuration", "release"), **options
    )
    with build_context(asked) as context:
        try:
            return plan_of(
                exporters()[asked.platform],
                in_memory(files, asked),
                asked,
                context,
                snapshot="5" * 64,
            )
        except ProjectError as error:
            refused = error
    assert any(path in str(refused) for path in files), refused
    return refused


def planned(files: Mapping[str, bytes], **options: Any) -> BuildPlan:
    """The plan, which there has to be."""
    made = plan(files, **options)
    assert not isinstance(made, ProjectError), made
    return made


def notes_of(made: BuildPlan, file: str) -> list[str]:
    """Warnings that name the file."""
    return [str(note) for note in made.notes if note.file == file and note.level == "warning"]


def game(**files: bytes) -> dict[str, bytes]:
    """A project that shows a picture, plays a sound and has a model, all below ``assets/``."""
    named = {
        "gold": "assets/gold.json",
        "color": "assets/color.png",
        "photo": "assets/photo.jpg",
        "boom": "assets/boom.wav",
        "thing": "assets/thing.glb",
    }
    scene = level(
        entity("box", component("MeshRenderer", meshId="thing", materialIds=["gold"])),
        entity("walk", component("AudioSource", clipId="boom")),
        assets=assets(**named),
    )
    own = {
        "assets/gold.json": as_json({"map": "color", "emissiveMap": "photo"}),
        "assets/color.png": picture(),
        "assets/photo.jpg": picture(kind="JPEG"),
        "assets/boom.wav": sound(),
        "assets/thing.glb": painted(),
    }
    return project(**{"scenes/main.json": scene, **own, **files})


def picture(width: int = 48, height: int = 48, *, kind: str = "PNG", mode: str = "RGB") -> bytes:
    """A gradient."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(out, kind)
    return out.getvalue()


def sound(*, rate_hz: int = 44_100, count: int = 4_000, channels: int = 1) -> bytes:
    """A tone."""
    tone = (int(9_000 * math.sin(n / 20)) for n in range(count) for _ in range(channels))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(array.array("h", tone).tobytes())
    return out.getvalue()


def painted(image: bytes | None = None) -> bytes:
    """A model with a picture inside."""
    model = hills(6)
    view = model.view(image or picture())
    number = model.add("images", {"bufferView": view, "mimeType": "image/png"})
    texture = {"index": model.add("textures", {"source": number})}
    model.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": texture}})
    return model.glb()


def many_views(count: int) -> bytes:
    """A model of as many views and accessors, four bytes each."""
    model = Model(bufferViews=[], accessors=[])
    for number in range(count):
        place = {"buffer": 0, "byteOffset": 4 * number, "byteLength": 4}
        model.add("bufferViews", place)
        model.add(
            "accessors", {"bufferView": number, "componentType": 5126, "count": 1, "type": "SCALAR"}
        )
    model.binary = bytearray(4 * count)
    return model.glb()


def claiming(width: int, height: int, data: bytes | None = None) -> bytes:
    """A PNG of a few bytes whose header promises that size, with a checksum that is right."""
    chunks = png_chunks(data or picture())
    kind, body = chunks[0]
    chunks[0] = (kind, struct.pack(">II", width, height) + body[8:])
    return png_of(chunks)


def flat_png(width: int, height: int) -> bytes:
    """A true one of that size, of one colour: a thousandth of its pixels."""
    packer = zlib.compressobj(1)
    row = bytes(1 + width * 3)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return png_of([(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")])


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(kind, body)."""
    at, found = len(PNG), []
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found.append((kind, data[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """With right checksums, whatever is in them."""
    return PNG + b"".join(
        struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut off, doubled, or numbers of a header replaced."""
    bad = bytearray(data)
    match rng.randrange(4):
        case 0:
            for _ in range(rng.randint(1, 12)):
                bad[rng.randrange(len(bad))] = rng.randrange(256)
        case 1:
            del bad[rng.randrange(len(bad)) :]
        case 2:
            at = rng.randrange(len(bad))
            bad[at:at] = bad[at : at + rng.randrange(4_096)]
        case _:
            width = rng.choice((2, 4))
            at = rng.randrange(min(len(bad), 64))
            number = rng.choice(ODD_NUMBERS) % (1 << (8 * width))
            bad[at : at + width] = number.to_bytes(width, rng.choice(("little", "big")))
    return bytes(bad)


def mutated_png(data: bytes, rng: random.Random) -> bytes:
    """A chunk changed, moved or repeated, with right checksums, so that the decoder goes on."""
    chunks = png_chunks(data)
    number = rng.randrange(len(chunks))
    kind, body = chunks[number]
    match rng.randrange(4):
        case 0 if body:
            chunks[number] = (kind, mutated(body, rng))
        case 1:
            chunks.insert(rng.randrange(len(chunks) + 1), chunks[number])
        case 2:
            del chunks[number]
        case _:
            names = b"tEXt zTXt iTXt acTL fcTL fdAT eXIf iCCP PLTE tRNS IHDR".split()
            chunks.insert(number, (rng.choice(names), rng.randbytes(rng.randrange(64))))
    return png_of(chunks)


def mutated_wav(data: bytes, rng: random.Random) -> bytes:
    """A field of its header replaced: format, channels, rate, block, bits, sizes."""
    bad = bytearray(data)
    at, width = rng.choice(
        ((4, 4), (16, 4), (20, 2), (22, 2), (24, 4), (28, 4), (32, 2), (34, 2), (40, 4))
    )
    bad[at : at + width] = (rng.choice(ODD_NUMBERS) % (1 << (8 * width))).to_bytes(width, "little")
    return bytes(bad)


def mutated_glb(data: bytes, rng: random.Random) -> bytes:
    """Values of its document replaced, in a container that is right."""
    return as_glb(mutated_json(document_of(data), rng), binary_of(data))


def mutated_json(document: Any, rng: random.Random) -> Any:
    """Some of its values, anywhere, replaced by others, or gone."""
    made = json.loads(json.dumps(document))
    for _ in range(rng.randint(1, 3)):
        places = list(_places(made))
        if not places:
            break
        holder, name = rng.choice(places)
        if isinstance(holder, dict) and not rng.randrange(4):
            del holder[name]
        elif isinstance(holder, dict) and not rng.randrange(6):
            named = rng.choice(("extensions", "extras", "uri", "parentId", "components"))
            holder[named] = deepcopy(rng.choice(ODD_VALUES))
        else:
            holder[name] = deepcopy(rng.choice(ODD_VALUES))  # the next round may change it
    return made


def _places(document: Any) -> list[tuple[Any, Any]]:
    """(what holds a value, its name or number there)."""
    waiting, found = [document], []
    while waiting:
        item = waiting.pop()
        names: Any = item if isinstance(item, dict) else range(len(item))
        for name in names:
            found.append((item, name))
            if isinstance(item[name], dict | list):
                waiting.append(item[name])
    return found

"""A game project like real ones, made from a seed: the same bytes on every machine.

3,294 files of 349 MB; 242 MB of them are textures, sounds and models that nothing shrinks. The rest
is text, scenes, meshes and plain sound, whose redundancy resembles the real thing: words by
frequency, numbers with few digits, samples with a noise below.
"""

from __future__ import annotations

import json
import math
from array import array
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED: Final = 7
MB: Final = 1_000_000
OWN_LINES: Final = 0.6  # of a program; makes text shrink to a quarter, as scripts do
SPARSE_BYTES: Final = 5_000_000_000
_DONE: Final = ".complete"  # beside the project, not in it

_OPAQUE: Final = (  # folder, suffixes, files, bytes altogether
    ("textures", (".png", ".jpg", ".ktx2", ".webp"), 450, 85 * MB),
    ("audio", (".ogg",), 60, 45 * MB),
    ("models", (".glb",), 40, 61 * MB),
    ("terrain", (".ktx2",), 1, 42 * MB),
    ("music", (".mp3",), 1, 9 * MB),
)


def mixed_project(cache: Path) -> Path:
    """The project's folder under ``cache``, written on first use."""
    return _once(cache / "mixed", _files(Random(SEED)))


def sparse_project(cache: Path) -> Path:
    """A project of one file of 5 GB that is a hole: it takes no disk, and ZIP64 to pack."""
    folder = _once(cache / "sparse", iter([("level.bin", b"")]))
    with (folder / "level.bin").open("r+b") as file:
        file.truncate(SPARSE_BYTES)
    return folder


def _once(folder: Path, files: Iterator[tuple[str, bytes]]) -> Path:
    done = folder.with_suffix(_DONE)
    if not done.exists():
        for path, data in files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        done.touch()
    return folder


def _files(rng: Random) -> Iterator[tuple[str, bytes]]:
    for folder, suffixes, count, total in _OPAQUE:
        for number, size in enumerate(_sizes(rng, count, total)):
            suffix = suffixes[number % len(suffixes)]
            yield f"assets/{folder}/{number % 30}/{number}{suffix}", rng.randbytes(size)
    for number in range(8):
        yield f"assets/sound/{number}.wav", _samples(rng, 1_500_000, period=200 + 31 * number)
    for number in range(30):
        yield f"assets/meshes/{number}.bin", _mesh(rng, rng.randrange(8_000, 60_000))
    lines = _lines(rng, 60_000)
    for number, size in enumerate(_sizes(rng, 2_042, 24 * MB)):
        yield f"scripts/{number % 50}/{number}.js", _text(rng, lines, size)
    for name, modules in (("engine.js", 250), ("physics.js", 50)):
        yield name, b"".join(_text(rng, lines, 20_000) for _ in range(modules))
    for number in range(60):
        scene = {_name(rng): _entity(rng, n) for n in range(rng.randrange(400, 2_700))}
        yield f"scenes/{number}.json", json.dumps({"entities": scene}).encode()
    for number in range(600):
        yield f"assets/meta/{number}.json", json.dumps(_entity(rng, number), indent=2).encode()


def _sizes(rng: Random, count: int, total: int) -> Iterator[int]:
    """Many small, few large, ``total`` bytes together but for rounding."""
    weights = [rng.lognormvariate(0, 1) for _ in range(count)]
    return (max(1, int(weight * total / sum(weights))) for weight in weights)


def _samples(rng: Random, count: int, *, period: int) -> bytes:
    """16-bit PCM: two sines, and ten bits of noise."""
    wave = array("H", (_two_sines(n, period) for n in range(3 * period))).tobytes()
    tone = (wave * (2 * count // len(wave) + 1))[: 2 * count]
    noise = int.from_bytes(rng.randbytes(2 * count)) & int.from_bytes(b"\x03\xff" * count)
    pcm = array("H", tone)
    pcm.byteswap()
    return (int.from_bytes(pcm.tobytes()) + noise).to_bytes(2 * count)


def _two_sines(n: int, period: int) -> int:
    turn = 2 * math.pi * n / period
    return int(30_000 + 8_000 * math.sin(turn) + 3_000 * math.sin(turn * 2 / 3))


def _mesh(rng: Random, vertices: int) -> bytes:
    """Positions on a grid with rounded heights, then indices."""
    heights = [round(rng.gauss(0, 1), 3) for _ in range(997)]
    points = array("f")
    for n in range(vertices):
        points.extend((n % 200 * 0.25, heights[n * n % 997] + n // 997, n // 200 * 0.25))
    return points.tobytes() + array("H", (n // 2 % 65_535 for n in range(4 * vertices))).tobytes()


def _lines(rng: Random, count: int) -> list[bytes]:
    """Lines of code-like text: few words often, most rarely."""
    words = [rng.randbytes(rng.randrange(1, 5)).hex() for _ in range(8_000)]
    marks = ["(", ") {", " = ", ";", ", ", ".", "()", "['", "']", " => ", " + ", ": "]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    chosen = iter(rng.choices(words, weights, k=8 * count))
    return [
        (
            "  " * rng.randrange(5)
            + "".join(next(chosen) + rng.choice(marks) for _ in range(rng.randrange(1, 8)))
            + "\n"
        ).encode()
        for _ in range(count)
    ]


def _text(rng: Random, lines: list[bytes], size: int) -> bytes:
    """A program: its own few lines again and again, between others."""
    own = rng.sample(lines, k=size // 400 + 1)
    chosen = (rng.choice(own if rng.random() < OWN_LINES else lines) for _ in range(size // 10 + 1))
    return b"".join(chosen)[:size]


def _entity(rng: Random, number: int) -> dict[str, object]:
    kind = rng.choice(("model", "script", "collision", "rigidbody", "light", "camera", "sound"))
    return {
        "name": f"Entity {number}",
        "parent": _name(rng),
        "tags": [],
        "enabled": True,
        "components": {kind: {"type": "asset", "asset": rng.randrange(10**8), "layers": [0]}},
        "position": [round(rng.uniform(-99, 99), 4) for _ in range(3)],
        "rotation": [0, round(rng.uniform(0, 360), 3), 0],
        "scale": [1, 1, 1],
        "children": [_name(rng) for _ in range(rng.randrange(3))],
    }


def _name(rng: Random) -> str:
    return f"{rng.getrandbits(128):032x}"

"""``python -m tests.bench.stages``: what the stages of a build take, for the table of progress.

See ``services/packager/build/stages.py``. Rates are of source bytes, with two threads.
"""

from __future__ import annotations

import io
import random
import time
import wave
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec
import numpy as np
from PIL import Image

from tests import engine
from tests.projects import build, build_context, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.build.stages import Stage
    from shared.domain.options import Platform

SAMPLES: Final = Path(__file__).parents[2] / "samples"
COPIES: Final = 8


@click.command()
def main() -> None:
    """Print seconds by stage, for each kind of project."""
    for sample in sorted(SAMPLES.iterdir()):
        files = {
            path.relative_to(sample).as_posix(): path.read_bytes()
            for path in sorted(sample.rglob("*"))
            if path.is_file()
        }
        _measure(sample.name, files, "web", optimize="balanced")
    noise = random.Random(7).randbytes(64 << 20)
    page = b"<!doctype html><title>Page</title><p>Page"
    plain = {"index.html": page, **{f"{n}.bin": noise[n << 20 : (n + 1) << 20] for n in range(64)}}
    for platform in ("source", "web", "windows", "macos", "linux", "android", "ios"):
        _measure("64 MB", plain, platform)
    for suffix, make in {"png": _png, "jpg": _jpg, "wav": _sound, "glb": _model}.items():
        files = {f"assets/f{number}.{suffix}": make(number) for number in range(COPIES)}
        took_s = _measure(suffix, _game(suffix, files), "web", optimize="balanced")
        size = sum(map(len, files.values()))
        click.echo(f"  {suffix}: {size / took_s['optimizing'] / 1e6:.1f} MB/s")


def _measure(
    name: str, files: Mapping[str, bytes], platform: Platform, **options: Any
) -> dict[str, float]:
    """Seconds of each stage; what comes before the first of them is called reading."""
    begun: list[tuple[str, float]] = [("reading", time.perf_counter())]

    def tell(stage: Stage) -> None:
        if begun[-1][0] != stage.name:
            begun.append((stage.name, time.perf_counter()))
        if stage.of and stage.done == stage.of:
            begun.append(("rest", time.perf_counter()))

    with build_context() as context:
        used = msgspec.structs.replace(context, stage=tell)
        build(files, request(platform, **options), context=used)
    begun.append(("", time.perf_counter()))
    took_s = {stage: after - at for (stage, at), (_, after) in pairwise(begun)}
    told = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in took_s.items())
    click.echo(f"{name} as {platform}: {told} s")
    return took_s


def _png(number: int) -> bytes:
    return _picture(number, "PNG")


def _jpg(number: int) -> bytes:
    return _picture(number, "JPEG", quality=92)


def _picture(number: int, form: str, **options: Any) -> bytes:
    """A soft picture with some grain, as photographs have it."""
    noise = np.random.default_rng(number)
    small = Image.fromarray(noise.integers(0, 255, (64, 64, 3), np.uint8))
    large = np.asarray(small.resize((1024, 1024), Image.Resampling.BICUBIC)).astype(np.int16)
    grained = (large + noise.integers(-6, 6, large.shape)).clip(0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grained).save(file, form, **options)
    return file.getvalue()


def _sound(number: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((2, 2, 44_100, 0, "NONE", ""))
        tone = np.sin(np.arange(44_100 * 30) * (5 + number) / 99) * 9_000
        sound.writeframes(bytes(np.repeat(tone.astype("<i2"), 2)))
    return file.getvalue()


def _model(number: int) -> bytes:
    """A hilly grid, as positions and 32-bit indices."""
    side = np.arange(300, dtype=np.float32)
    x, z = np.meshgrid(side, side)
    positions = np.stack([x, np.sin(x / (9 + number)) * np.cos(z / 7), z], axis=-1).reshape(-1, 3)
    corner = (np.arange(299)[:, None] * 300 + np.arange(299)).reshape(-1, 1)
    indices = (corner + np.array([0, 300, 1, 1, 300, 301])).astype("<u4").ravel()
    chunk: bytes = positions.astype("<f4").tobytes() + indices.tobytes()
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": len(chunk)}],
        "bufferViews": [
            {"buffer": 0, "byteLength": positions.size * 4, "target": 34962},
            {"buffer": 0, "byteOffset": positions.size * 4, "byteLength": indices.size * 4},
        ],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": len(positions),
                "type": "VEC3",
                "min": positions.min(axis=0).tolist(),
                "max": positions.max(axis=0).tolist(),
            },
            {"bufferView": 1, "componentType": 5125, "count": indices.size, "type": "SCALAR"},
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }
    text = engine.as_json(document)
    text += b" " * (-len(text) % 4)
    size = 28 + len(text) + len(chunk)
    head = b"glTF" + (2).to_bytes(4, "little") + size.to_bytes(4, "little")
    head += len(text).to_bytes(4, "little") + b"JSON" + text
    return head + len(chunk).to_bytes(4, "little") + b"BIN\0" + chunk


def _component(suffix: str, name: str) -> dict[str, Any]:
    if suffix == "wav":
        return engine.component("AudioSource", clipId=name)
    if suffix == "glb":
        return engine.component("MeshRenderer", meshId=name)
    return engine.component("MeshRenderer", materialIds=[f"m-{name}"])


def _game(suffix: str, made: Mapping[str, bytes]) -> dict[str, bytes]:
    """A scene that uses several files of one kind."""
    names = [f"f{number}" for number in range(COPIES)]
    table = engine.assets(**{name: f"assets/{name}.{suffix}" for name in names})
    made = dict(made)
    if suffix in {"png", "jpg"}:
        paths = {f"m-{name}": f"assets/{name}.json" for name in names}
        table += [{"id": one, "type": "material", "path": path} for one, path in paths.items()]
        made |= {f"assets/{name}.json": engine.as_json({"map": name}) for name in names}
    used = (engine.entity(name, _component(suffix, name)) for name in names)
    scene = engine.level(*used, assets=table)
    return engine.project(**{"scenes/main.json": scene, **made})


if __name__ == "__main__":
    main()

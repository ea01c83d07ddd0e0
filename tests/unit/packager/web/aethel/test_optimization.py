"""Which files of a game become smaller, how far that goes, and that it is told and remembered."""

from __future__ import annotations

import io
import random
import re
import wave
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec
from PIL import Image

from services.packager.optimizing import images, sounds
from tests.engine import as_json, assets, boot, component, entity, glb, level, notes, project
from tests.projects import Built, build, build_context, request

if TYPE_CHECKING:
    from services.packager.build.stages import Stage

RNG = random.Random(7)


def picture() -> bytes:
    """A PNG that WebP can beat by far, and more so if it may lose something."""
    out = io.BytesIO()
    grain = bytes(value // 2 + RNG.randrange(20) for value in range(256) for _ in range(64))
    Image.frombytes("L", (128, 128), grain).convert("RGB").save(out, "PNG")
    return out.getvalue()


def sound() -> bytes:
    """A WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(b"\x00\x10\x00\x20" * 30_000)
    return out.getvalue()


def game(script: str = "export default 1") -> dict[str, bytes]:
    """Everything that may be smaller, in every role."""
    named = {
        "color": "assets/color.png",
        "bumps": "assets/bumps.png",
        "both": "assets/both.png",
        "gold": "assets/gold.json",
        "steps": "assets/steps.wav",
        "music": "assets/music.wav",
        "boom": "assets/boom.wav",
    }
    scene = level(
        entity("box", component("MeshRenderer", meshId="m.gltf", materialIds=["gold"])),
        entity("walk", component("AudioSource", clipId="steps")),
        entity("band", component("AudioSource", clipId="music", loop=True)),
        entity("rules", component("Script", scriptId="scripts/main.ts")),
        assets=assets(**named),
        settings={"skybox": {"type": "hdri", "texture": "both"}},
    )
    gold = {"map": "color", "normalMap": "bumps", "roughnessMap": "both"}
    model = {"asset": {"version": "2.0"}, "images": [{"uri": "skin.png"}]}
    pictures = ("color", "bumps", "both", "skin", "free")
    return project(
        **{
            "scenes/main.json": scene,
            "scripts/main.ts": f"{script}; audio.play('boom')".encode(),
            "assets/gold.json": as_json(gold),
            "assets/m.gltf": as_json(model),
            "assets/m.glb": glb(),
            **{f"assets/{name}.png": picture() for name in pictures},
            **{f"assets/{name}.wav": sound() for name in ("steps", "music", "boom")},
        }
    )


def urls(built: Built) -> dict[str, str]:
    """The suffix that each file got, by its name in the project."""
    files: dict[str, dict[str, Any]] = boot(built)["files"]
    return {
        path.removeprefix("assets/"): entry["url"].removeprefix(path)
        for path, entry in files.items()
        if "url" in entry
    }


def test_balanced_loses_only_what_nobody_sees_or_hears() -> None:
    """Colours and sounds that play once; maps of numbers and loops keep every bit."""
    built = build(game(), request(optimize="balanced"))
    assert urls(built) == {
        **dict.fromkeys(("color.png", "bumps.png", "both.png", "skin.png"), ".webp"),
        "steps.wav": ".webm",
        "boom.wav": ".webm",
        "music.wav": ".flac",
    }


def test_what_has_to_stay_exact_stays_exact() -> None:
    """Pixel by pixel; a colour may differ."""
    files = game()
    made = build(files, request(optimize="balanced")).files
    for name in ("bumps", "both", "skin"):
        assert _pixels(made[f"assets/{name}.png.webp"]) == _pixels(files[f"assets/{name}.png"])
    assert len(made["assets/color.png.webp"]) < len(made["assets/bumps.png.webp"])


def test_lossless_loses_nothing() -> None:
    """Pixels and samples are the same in every role."""
    files = game()
    built = build(files, request(optimize="lossless"))
    assert {"color.png": ".webp", "steps.wav": ".flac"}.items() <= urls(built).items()
    assert _pixels(built.files["assets/color.png.webp"]) == _pixels(files["assets/color.png"])


def test_sizes_and_names_fit_what_is_shipped() -> None:
    """The player is told the real size and name; the original stays at home."""
    built = build(game(), request(optimize="balanced"))
    for path, entry in boot(built)["files"].items():
        shipped = entry.get("url", path)
        assert len(built.files[shipped]) == entry["size"]
        assert shipped == path or path not in built.files


def test_off_and_debug_change_nothing() -> None:
    """The default, and work in progress."""
    assert urls(build(game(), request())) == {}
    assert urls(build(game(), request("web", "debug", optimize="balanced"))) == {}


def test_what_a_script_names_by_its_path_stays_as_it_is() -> None:
    """It may read the bytes; an asset's id goes through the player."""
    script = "AethelRuntime.loadAsset('color.png'); audio.play('assets/steps.wav')"
    made = urls(build(game(f"export default () => {{ {script} }}"), request(optimize="balanced")))
    assert not {"color.png", "steps.wav"} & made.keys()
    assert "boom.wav" in made


def test_the_gain_is_told_file_by_file() -> None:
    """Before, after, and how much less."""
    text = notes(build(game(), request(optimize="balanced")))
    assert re.search(r"assets/color\.png: [\d,]+ → [\d,]+ bytes as webp, \d+ % less", text)
    assert "optimize=balanced: 7 of 8 textures, sounds and models are smaller now" in text


def test_a_second_export_makes_nothing_anew(monkeypatch: Any) -> None:
    """What was made lies in the packager's cache, by what it was made of."""
    files, asked = game(), request(optimize="balanced")
    with build_context() as context:
        first = build(files, asked, context=context)

        def never(*_: Any, **__: Any) -> None:
            raise AssertionError("made again")

        monkeypatch.setattr(images, "smaller", never)
        monkeypatch.setattr(sounds, "smaller", never)
        with TemporaryDirectory() as scratch:
            later = msgspec.structs.replace(context, scratch=Path(scratch))
            assert build(files, asked, context=later).data == first.data


def test_the_number_of_threads_changes_nothing() -> None:
    """Artifacts are reproducible."""
    files, artifacts = game(), set()
    for threads in (1, 4):
        with build_context() as context:
            used = msgspec.structs.replace(context, threads=threads)
            artifacts.add(build(files, request(optimize="balanced"), context=used).data)
    assert len(artifacts) == 1


def test_it_tells_how_far_it_is() -> None:
    """Each file counts, by what it should take."""
    reported: list[Stage] = []
    with build_context() as context:
        used = msgspec.structs.replace(context, stage=reported.append)
        build(game(), request(optimize="lossless"), context=used)
    assert list(map(str, reported)) == [
        "Bundling scripts",
        *(f"Optimising assets: {n} of 8" for n in range(9)),
    ]
    shares = [stage.share for stage in reported[1:]]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def _pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()

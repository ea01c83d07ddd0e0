"""Pictures, sounds and models that lie, strain or break: each is told to its maker, none to us."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import av.error
import pytest
from PIL import Image, ImageFile

from services.packager.optimizing import images, models, sounds
from services.packager.optimizing.memory_budget import MemoryBudget
from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.project.unreadable import UnreadableError
from services.packager.storage.derived_files import DerivedFileCache
from services.packager.web.aethel import derivatives
from services.packager.web.aethel.asset_index import AssetIndex
from services.packager.web.aethel.derivatives import Candidate, DerivativeBuilder
from services.packager.web.aethel.findings import Findings
from services.packager.web.icons import IconError
from shared.errors import ProjectError
from tests.engine import as_json
from tests.gltf import encoder_program, hills, mesh_encoder
from tests.hostile.media_files import (
    claiming,
    flat_png,
    game,
    many_views,
    mutated,
    mutated_glb,
    mutated_png,
    mutated_wav,
    notes_of,
    painted,
    picture,
    plan,
    planned,
    png_chunks,
    png_of,
    sound,
)
from tests.projects import build_context, in_memory, request

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

KINDS = {
    "assets/color.png": (picture(), (mutated, mutated_png)),
    "assets/photo.jpg": (picture(kind="JPEG"), (mutated,)),
    "assets/boom.wav": (sound(), (mutated, mutated_wav)),
    "assets/thing.glb": (painted(), (mutated, mutated_glb)),
}
MEBIBYTE = 1 << 20


@pytest.fixture(autouse=True)
def _one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder of meshes is compiled once, not for each project."""
    monkeypatch.setattr(derivatives, "EncoderProgram", lambda _: encoder_program())


def test_any_file_gives_a_plan_or_an_error_that_names_it(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Whatever its bytes: it is optimised, shipped as it is, or refused."""
    for _ in rounds(8):
        files = {path: rng.choice(ways)(data, rng) for path, (data, ways) in KINDS.items()}
        made = plan(game(**files), optimize=rng.choice(("balanced", "lossless")))
        if not isinstance(made, ProjectError):
            shipped = {content.path for content in made.contents}
            assert all(any(name.startswith(path) for name in shipped) for path in files)


def test_pictures_are_measured_before_they_are_decoded(
    rng: random.Random, rounds: Callable[[int], Iterator[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few bytes; beside a model or inside one."""
    monkeypatch.setattr(ImageFile.ImageFile, "load", _never)
    for _ in rounds(6):
        width, height = rng.randint(8_193, (1 << 31) - 1), rng.randint(1, 60_000)
        bomb = claiming(
            *rng.choice(((width, height), (height, width), (60_000, 60_000), (8_192, 2_049)))
        )
        made = planned(
            game(**{"assets/color.png": bomb, "assets/thing.glb": painted(bomb)})
            | {"assets/photo.jpg": bomb},
            optimize="balanced",
        )
        for file in ("assets/color.png", "assets/thing.glb"):
            (note,) = notes_of(made, file)
            assert "as it is" in note
            assert "×" in note


def test_a_true_picture_of_many_pixels_is_left_alone() -> None:
    """Its bytes are a thousandth of what it stands for."""
    bomb = flat_png(8_190, 8_190)
    assert len(bomb) < MEBIBYTE
    made = planned(game(**{"assets/color.png": bomb}), optimize="lossless")
    assert "8190 × 8190" in notes_of(made, "assets/color.png")[0]


def test_a_jpeg_of_endless_scans_is_left_alone() -> None:
    """Each is a few bytes, and as much work as the whole picture."""
    data = picture(kind="JPEG")
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    made = planned(
        game(**{"assets/photo.jpg": data[:-2] + scan * 200 + data[-2:]}), optimize="lossless"
    )
    assert "scans" in notes_of(made, "assets/photo.jpg")[0]


def test_sounds_are_measured_before_they_are_resampled(
    rng: random.Random, rounds: Callable[[int], Iterator[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample a second becomes 48,000; and nobody's game plays for a day."""
    monkeypatch.setattr(sounds, "_encoded", _never)
    for _ in rounds(6):
        rate_hz = rng.choice((1, rng.randint(1, 3_999), rng.randint(192_001, (1 << 31) - 1)))
        slow = bytearray(sound())
        slow[24:28] = struct.pack("<I", rate_hz)
        made = planned(game(**{"assets/boom.wav": bytes(slow)}), optimize="balanced")
        assert "samples a second" in notes_of(made, "assets/boom.wav")[0]


def test_a_sound_that_promises_days_is_as_long_as_it_is() -> None:
    """Its header promises 24 hours, and half a second follows."""
    long = bytearray(sound(rate_hz=8_000))
    long[40:44] = struct.pack("<I", 86_400 * 8_000 * 2)
    made = planned(game(**{"assets/boom.wav": bytes(long)}), optimize="balanced")
    assert all(content.size_bytes < MEBIBYTE for content in made.contents if ".wav" in content.path)


def test_a_sound_that_is_longer_than_it_said_ends_where_the_limit_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its header is one thing, what comes is another."""
    monkeypatch.setattr(sounds, "MOST_S", 1)
    monkeypatch.setattr(sounds, "_checked", lambda source: source.streams.audio[0])
    made = planned(game(**{"assets/boom.wav": sound(count=60_000)}), optimize="balanced")
    assert "longer" in notes_of(made, "assets/boom.wav")[0]


def test_models_of_endless_parts_are_left_alone() -> None:
    """Each part is a call of the encoder."""
    many = many_views(models.MOST_PARTS + 1)
    made = planned(game(**{"assets/thing.glb": many}), optimize="balanced")
    assert "views" in notes_of(made, "assets/thing.glb")[0]


def test_a_buffer_of_many_names_is_read_once_and_never_multiplied() -> None:
    """Each name, and each view, would otherwise be a copy of all of it."""
    buffer = bytes(MEBIBYTE)
    uris = ["./" * number + "b.bin" for number in range(200)]
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": len(buffer), "uri": uri} for uri in uris],
        "bufferViews": [
            {"buffer": number, "byteLength": len(buffer) - 1} for number in range(len(uris))
        ],
    }
    files = {"assets/thing.gltf": as_json(document), "assets/b.bin": buffer}
    with build_context() as context:
        index = AssetIndex(in_memory(files), request(), Findings())
        wasm = mesh_encoder()
        builder = DerivativeBuilder(index, DerivedFileCache(context.derived, context.scratch), wasm)
        chosen = Candidate("assets/thing.gltf", "model", exact=False)
        builder.build(chosen, lossless=True)  # what is loaded once, is loaded now
        before = _peak_from_here()
        assert builder.build(chosen, lossless=False) is None
        assert _memory_bytes("VmHWM") - before < 50 * MEBIBYTE


@pytest.mark.parametrize("platform", ["web", "windows"])
def test_an_icon_is_as_large_as_its_decoder_says(
    platform: str, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Its first chunk may be a text that looks like a header; the error tells file, size, limit."""
    for _ in rounds(4):
        width, height = rng.randint(4_097, 60_000), rng.randint(4_097, 60_000)
        bomb = claiming(width, height)
        lie = (b"tEXt", struct.pack(">II", 512, 512) + b"\0")
        for icon in (bomb, png_of([lie, *png_chunks(bomb)])):
            made = plan(game(**{"icon.png": icon}), app_icon="icon.png", platform=platform)
            assert isinstance(made, IconError)
            assert f"{width} x {height}" in str(made)
            assert "4096 x 4096" in str(made)


def test_any_icon_gives_a_plan_or_an_error_that_names_it(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """As ``appIcon`` it is refused; as the game's own there are no icons then."""
    for _ in rounds(2):
        icon = rng.choice((mutated, mutated_png))(picture(256, 256), rng)
        plan(game(**{"assets/icon.png": icon}), app_icon="assets/icon.png")
        own = game(**{"assets/icon.png": icon}) | {"game.json": b'{"icon": "icon.png"}'}
        assert not isinstance(plan(own), ProjectError)


@pytest.mark.parametrize(
    ("decoder", "file"),
    [
        (images, "assets/color.png"),
        (sounds, "assets/boom.wav"),
        (models, "assets/thing.glb"),
    ],
)
@pytest.mark.parametrize(
    "error", [MemoryError(), av.error.MemoryError(12, "no memory"), OSError(12, "")]
)
def test_too_little_memory_is_no_broken_file(
    monkeypatch: pytest.MonkeyPatch, decoder: Any, file: str, error: Exception
) -> None:
    """Others may have taken it: the export fails, and says at which file."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(decoder, "smaller", fail)
    made = plan(game(), optimize="lossless")
    assert isinstance(made, ProjectTooHeavyError)
    assert made.file == file or decoder is images
    assert made.code == "project-too-heavy"


def test_a_limit_of_memory_is_never_taken_for_a_broken_file(
    rng: random.Random, rounds: Callable[[int], Iterator[int]], tmp_path: Path
) -> None:
    """Whichever allocation is the one that fails: decoder, encoder, comparison."""
    noise = Image.frombytes("RGB", (400, 400), rng.randbytes(400 * 400 * 3))
    for kind in ("PNG", "JPEG"):
        noise.save(tmp_path / f"noise.{kind}", kind)
    (tmp_path / "hills.glb").write_bytes(hills(60).glb())
    for _ in rounds(1):
        limits = [str(rng.randint(1 << 20, 12 << 20)) for _ in range(3)]
        asked = [sys.executable, "-m", "tests.hostile.little_memory", str(tmp_path), *limits]
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
        assert len(told) == 3 * len(limits)
        assert set(told) <= {"done", "project-too-heavy"}
        assert "project-too-heavy" in told


def test_decoders_of_an_export_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight threads take no more than two pictures' worth together, if that is all there is."""
    need = images.memory_bytes(io.BytesIO(picture(64, 64)))
    monkeypatch.setattr(derivatives, "DECODERS_BYTES", int(2.9 * need))
    monkeypatch.setattr(derivatives, "MemoryBudget", _WatchedBudget)
    files = {f"assets/{number}.png": picture(64, 64) for number in range(8)}
    inside, most, lock = [0], [0], threading.Lock()

    def watched(data: bytes, *, lossless: bool) -> bytes | None:
        del data, lossless
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        all_asked.wait(60)
        with lock:
            inside[0] -= 1
        return None

    monkeypatch.setattr(images, "smaller", watched)
    all_asked = _WatchedBudget.all_asked = threading.Event()
    _WatchedBudget.numbers, _WatchedBudget.askers = count(1), len(files)
    with build_context() as context, ThreadPoolExecutor(len(files)) as threads:
        index = AssetIndex(in_memory(files), request(), Findings())
        builder = DerivativeBuilder(index, DerivedFileCache(context.derived, context.scratch), b"")
        chosen = [Candidate(path, "picture", exact=True) for path in files]
        list(threads.map(partial(builder.build, lossless=True), chosen))
    assert all_asked.is_set()
    assert most[0] <= 2


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_takes_no_more_memory_than_was_taken_for_it(
    mode: str, rng: random.Random
) -> None:
    """Noise takes most."""
    edge = 1_024
    noise = Image.frombytes(mode, (edge, edge), rng.randbytes(edge * edge * len(mode)))
    out = io.BytesIO()
    noise.save(out, "PNG")
    images.smaller(picture(), lossless=False)  # what is loaded once, is loaded now
    before = _peak_from_here()
    images.smaller(out.getvalue(), lossless=True)
    grown = _memory_bytes("VmHWM") - before
    assert grown < images.memory_bytes(out)


def test_a_budget_is_never_exceeded(rng: random.Random) -> None:
    """Whoever asks, in whatever order; and what exceeds all of it is refused at once."""
    budget, taken, most = MemoryBudget(100), [0], [0]
    lock = threading.Lock()

    def take(need: int) -> None:
        with budget.taking(need):
            with lock:
                taken[0] += need
                most[0] = max(most[0], taken[0])
            time.sleep(0.001)  # so that others come meanwhile
            with lock:
                taken[0] -= need

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(take, [rng.randint(1, 100) for _ in range(500)]))
    assert most[0] <= 100
    with pytest.raises(UnreadableError, match="memory"), budget.taking(101):
        pass


class _WatchedBudget(MemoryBudget):
    """Tells when so many threads have asked for a picture's worth, whether they got it or not."""

    numbers: ClassVar[Iterator[int]]
    askers: ClassVar[int]
    all_asked: ClassVar[threading.Event]

    @contextmanager
    def taking(self, need_bytes: int) -> Iterator[None]:
        is_of_picture = need_bytes > MEBIBYTE  # else it is for a header
        if is_of_picture and next(self.numbers) == self.askers:
            self.all_asked.set()
        with super().taking(need_bytes):
            yield


def _peak_from_here() -> int:
    """What the process has now; its peak is counted anew."""
    with Path("/proc/self/clear_refs").open("w") as control:
        control.write("5")
    return _memory_bytes("VmRSS")


def _memory_bytes(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) << 10


def _never(*_: object, **__: object) -> None:
    pytest.fail("it was decoded")

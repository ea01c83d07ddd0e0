"""The studio, the camera and the encoder together film games, confined as strangers' games are."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import msgspec
import pytest

from cli.project_folder import read_folder
from services.packager.film.studio.limits import StudioLimits
from services.packager.film.studio.shot import FinishedShare, Shot
from services.packager.film.studio.studio import Studio
from shared.domain.video.film_spec import Sound
from shared.templates import BUILT
from tests.films import SPEC
from tests.projects import build, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.film.studio.shot import Taken

SAMPLE: Final = Path(__file__).parents[2] / "samples/emberlight"
CAMERA: Final = BUILT / "film-camera/film-camera.js"
LIMITS: Final = StudioLimits(shot_s=3_600, ready_s=600, frame_s=600)
FRAMES: Final = 6
FILM: Final = msgspec.structs.replace(
    SPEC,
    frames=FRAMES,
    sound=Sound(codec="aac", bit_rate=128_000),
    encoder_options={**SPEC.encoder_options, "threads": "1"},
)
GAME: Final = """<!doctype html><body style="margin:0">
<canvas id="c" width="192" height="108" style="display:block"></canvas><script>
const context = document.getElementById("c").getContext("2d");
const sparks = Array.from({ length: 40 }, () => [Math.random() * 192, Math.random() * 108]);
function draw(time) {
  context.fillStyle = "#123";
  context.fillRect(0, 0, 192, 108);
  for (const [n, [x, y]] of sparks.entries()) {
    context.fillStyle = `hsl(${n * 9} 80% 60%)`;
    context.fillRect((x + time / 20) % 192, y, 4, 4);
  }
  requestAnimationFrame(draw);
}
requestAnimationFrame(draw);
</script>"""


class Set:
    """Where one game is filmed."""

    def __init__(self, folder: Path, files: Mapping[str, bytes | str]) -> None:
        self.folder = folder
        self.studio = Studio(CAMERA, LIMITS, confined=True)
        self._site = folder / "site"
        self._shots = 0
        for path, content in files.items():
            file = self._site / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    async def shoot(self, first: int = 0, count: int = FRAMES, *, sound: bool = False) -> Taken:
        """Take a shot, into a folder of its own."""
        self._shots += 1
        results = self.folder / f"{self._shots}"
        results.mkdir()
        shot = Shot(spec=FILM, first=first, count=count, kind="sound" if sound else "pictures")
        return await self.studio.shoot(self._site, shot, results, lambda _: None)


def frames_of(path: Path) -> list[str]:
    """A hash of each frame, in their order."""
    with av.open(path) as film:
        return [
            hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest()
            for frame in film.decode(video=0)
        ]


@pytest.fixture
def sample(tmp_path: Path) -> Set:
    """The sample of the engine."""
    files = {path: (SAMPLE / path).read_bytes() for path in read_folder(SAMPLE).manifest.files}
    return Set(tmp_path, build(files, request("web")).files)


async def test_the_sample_becomes_a_film(sample: Set) -> None:
    """Two slices and its sound, joined: every frame is there."""
    halves = [await sample.shoot(0, 3), await sample.shoot(3, 3)]
    sound = await sample.shoot(sound=True)
    told: list[float] = []
    output = sample.folder / "film.mp4"
    finished = await sample.studio.finish(
        FILM,
        [half.path for half in halves],
        sound.path,
        output,
        lambda news: told.append(news.share) if isinstance(news, FinishedShare) else None,
    )
    assert finished.frames == FRAMES
    assert finished.size_bytes == output.stat().st_size
    assert told == sorted(told)
    with av.open(output) as film:
        assert sum(1 for _ in film.decode(video=0)) == FRAMES
        assert film.streams.audio[0].codec_context.name == "aac"
    assert all(half.luma_max > 1 / 64 for half in halves)
    assert all(half.difference_max > 0 for half in halves)


async def test_a_game_of_its_own_is_filmed_the_same_again(tmp_path: Path) -> None:
    """Bit for bit by two browsers; a slice may begin anywhere."""
    here = Set(tmp_path, {"index.html": GAME})
    one, again = await here.shoot(), await here.shoot()
    assert one.kind == "html5"
    assert one.path.read_bytes() == again.path.read_bytes()
    last = await here.shoot(FRAMES - 1, 1)
    assert last.luma_max <= one.luma_max
    assert len(set(frames_of(one.path))) == FRAMES

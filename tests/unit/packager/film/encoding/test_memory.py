"""A long film takes as much memory as a short one, whatever is made of it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.films import film_spec

if TYPE_CHECKING:
    from pathlib import Path

# A process of its own each time, as memory that was needed once is not given back.
SCRIPT = """
import resource
import sys
from pathlib import Path

import msgspec

from services.packager.film.encoding import webp
from services.packager.film.encoding.finish import finish
from services.packager.film.encoding.slice_encoder import SliceEncoder
from shared.domain.video.film_spec import FilmSpec
from tests.films import frame

spec = msgspec.json.decode(sys.argv[1], type=FilmSpec)
folder = Path(sys.argv[2])
webp.PIECE_BYTES = 16 << 20  # its bound, below what the short film has
pictures = [frame(spec, number) for number in range(8)]
encoder = SliceEncoder(spec, folder / "slice.mkv")
for number in range(spec.frames):
    encoder.write(pictures[number % 8])
encoder.close()
finish(spec, [folder / "slice.mkv"], None, folder / "film", lambda share: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024)
"""
SHAPES = {
    "h264": film_spec(sound=None),
    "size": film_spec(max_bytes=400_000, encoder_options={"preset": "ultrafast"}),
    "gif": film_spec(kind="animation", codec="gif", container="gif", pixel_format="pal8"),
    "webp": film_spec(kind="animation", codec="webp", container="webp", pixel_format="rgb24"),
    "stills": film_spec(kind="stills", codec="jpeg", container="zip", pixel_format="rgb24"),
}
WIDTH, HEIGHT = 384, 216
SHORT, LONG = 80, 400  # frames: between them are 40 MB of planes, or 106 MB of RGBA
MOST_MB = 20


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_is_flat(tmp_path: Path, shape: str) -> None:
    """Its most memory differs by a fraction of what its frames have."""
    short, long = (_peak_mb(tmp_path, shape, frames) for frames in (SHORT, LONG))
    assert long - short < MOST_MB


def _peak_mb(folder: Path, shape: str, frames: int) -> int:
    changes = {"frames": frames, "width": WIDTH, "height": HEIGHT}
    spec = msgspec.json.encode(msgspec.structs.replace(SHAPES[shape], **changes)).decode()
    command = [sys.executable, "-c", SCRIPT, spec, str(folder)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

"""Every preset's file is made once at its real size, and read by both readers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from services.packager.film.encoding.finish import finish
from shared.domain.options import ExportOptions
from shared.domain.video.options import VideoOptions
from shared.domain.video.presets import PRESETS
from shared.domain.video.spec import refusals, spec_of
from tests.films import decoded, filmed, numbers
from tests.second_reader import probed

if TYPE_CHECKING:
    from pathlib import Path

    from shared.domain.video.options import PresetName

FRAMES = 4
# As ffprobe names them: profile, pixels.
LOOKS = {"h264": ("High", "yuv420p"), "prores": ("Standard", "yuv422p10le")}
LOOKS |= {"vp9": ("Profile 0", "yuv420p")}  # its alpha is a stream of its own
UNITS = {"vp9": Fraction(1, 1_000), "gif": Fraction(1, 100)}  # seconds: others are exact


@pytest.mark.parametrize("fps", [msgspec.UNSET, 29.97])
@pytest.mark.parametrize("name", PRESETS)
def test_preset(tmp_path: Path, name: PresetName, fps: float | msgspec.UnsetType) -> None:
    """Its codec, size, rate, sound and colours are what the preset says."""
    options = ExportOptions(video=VideoOptions(preset=name, fps=fps))
    assert not list(refusals(options))
    spec = msgspec.structs.replace(spec_of(options), frames=FRAMES)
    noise = np.random.default_rng(1).normal(0, 0.1, 2 * 16_000).astype("<f4")
    sound = tmp_path / "sound.f32"
    sound.write_bytes(noise.tobytes())
    output = tmp_path / f"film.{spec.ending}"
    made = finish(spec, filmed(spec, tmp_path, [2, 2]), sound, output, lambda _: None)

    assert made.size_bytes <= (spec.max_bytes or made.size_bytes)
    preset = PRESETS[name]
    assert numbers(output) == list(range(FRAMES))
    said = probed(output)
    video = said["video"]
    assert (video["width"], video["height"]) == (preset.width, preset.height)
    assert video["codec_name"] == preset.codec
    assert video["nb_read_frames"] == str(FRAMES)
    for place, frame in enumerate(decoded(output)):
        assert frame.pts is not None
        assert frame.time_base is not None
        assert abs(frame.pts * frame.time_base - place / spec.fps) <= UNITS.get(preset.codec, 0) / 2
    if spec.kind == "movie":
        colours = ("color_space", "color_transfer", "color_primaries", "color_range")
        assert [video[colour] for colour in colours] == ["bt709", "bt709", "bt709", "tv"]
        assert (video["profile"], video["pix_fmt"]) == LOOKS[preset.codec]
        if spec.container == "webm":  # whose times are milliseconds
            tags = {tag.lower(): value for tag, value in video["tags"].items()}
            assert tags["alpha_mode"] == "1"
        else:
            assert Fraction(video["r_frame_rate"]) == spec.fps
            data = output.read_bytes()
            assert data.index(b"moov") < data.index(b"mdat")
        assert preset.sound is not None
        assert said["audio"]["sample_rate"] == "48000"
        assert said["audio"]["channels"] == 2
        assert said["audio"]["codec_name"] == {"pcm": "pcm_s16le"}.get(preset.sound, preset.sound)
    else:
        assert "audio" not in said

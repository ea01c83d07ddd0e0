"""Every preset's file is made once at its real size, and read by both readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from services.packager.film.encoding.finish import finish
from shared.domain.options import ExportOptions
from shared.domain.video.options import VideoOptions
from shared.domain.video.presets import PRESETS
from shared.domain.video.spec import refusals, spec_of
from tests.films import filmed, numbers
from tests.second_reader import probed

if TYPE_CHECKING:
    from pathlib import Path

    from shared.domain.video.options import PresetName

FRAMES = 4


@pytest.mark.parametrize("name", PRESETS)
def test_preset(tmp_path: Path, name: PresetName) -> None:
    """Its codec, size, rate, sound and colours are what the preset says."""
    options = ExportOptions(video=VideoOptions(preset=name))
    assert not list(refusals(options))
    spec = msgspec.structs.replace(spec_of(options), frames=FRAMES)
    noise = np.random.default_rng(1).normal(0, 0.1, 2 * 16_000).astype("<f4")
    sound = tmp_path / "sound.f32"
    sound.write_bytes(noise.tobytes())
    output = tmp_path / f"film.{spec.ending}"
    made = finish(spec, filmed(spec, tmp_path, [2, 2]), sound, output, lambda _: None)

    assert made.size_bytes <= (spec.max_bytes or made.size_bytes)
    assert numbers(output) == list(range(FRAMES))
    said = probed(output)
    preset, video = PRESETS[name], said["video"]
    assert (video["width"], video["height"]) == (preset.width, preset.height)
    assert video["codec_name"] == preset.codec
    assert video["nb_read_frames"] == str(FRAMES)
    if spec.kind == "movie":
        colours = ("color_space", "color_transfer", "color_primaries", "color_range")
        assert [video[colour] for colour in colours] == ["bt709", "bt709", "bt709", "tv"]
        assert preset.sound is not None
        assert said["audio"]["codec_name"] == {"pcm": "pcm_s16le"}.get(preset.sound, preset.sound)
    else:
        assert "audio" not in said

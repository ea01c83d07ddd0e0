"""The rows of the tables in ``docs/video.md``, as the code says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.options import ExportOptions
from shared.domain.video.effects import EFFECTS
from shared.domain.video.options import VideoOptions
from shared.domain.video.presets import PRESETS
from shared.domain.video.spec import spec_of

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec
    from shared.domain.video.options import PresetName


def preset_row(name: PresetName) -> str:
    """What a preset makes, where nothing else is asked for."""
    spec = spec_of(ExportOptions(video=VideoOptions(preset=name)))
    cells = (
        f"`{name}`",
        PRESETS[name].summary,
        spec.container if spec.codec == spec.container else f"{spec.container}, {spec.codec}",
        f"{spec.width} × {spec.height}",
        str(spec.fps),
        f"{spec.duration_s:g} s",
        spec.pixel_format,
        _rate(spec),
        _sound(spec),
    )
    return f"| {' | '.join(cells)} |"


def _rate(spec: FilmSpec) -> str:
    options = spec.encoder_options
    if spec.max_bytes:
        return f"two passes, at most {spec.max_bytes:,} bytes"
    if "crf" not in options:
        return options.get("profile", "one palette")
    ceiling = (
        f", at most {int(options['maxrate']) // 1_000:,} kbit/s" if "maxrate" in options else ""
    )
    return f"CRF {options['crf']}{ceiling}"


def _sound(spec: FilmSpec) -> str:
    if spec.sound is None:
        return "none"
    rate = f" {spec.sound.bit_rate // 1_000} kbit/s" if spec.sound.bit_rate else ""
    return f"{spec.sound.codec}{rate}"


def option_row(option: str) -> str:
    """What an option does."""
    return f"| `{option}` | {EFFECTS[option]} |"

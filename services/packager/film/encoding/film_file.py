"""The file of a finished film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from services.packager.film.encoding.codecs import BITEXACT, PRORES_TAGS, prores_profile

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import OutputContainer

    from shared.domain.video.film_spec import FilmSpec


def film_file(spec: FilmSpec, output: Path) -> OutputContainer:
    """The film's file, whose index comes first where that is asked for."""
    options = dict(BITEXACT)
    if spec.container == "webm":
        options["cues_to_front"] = "1"
    elif spec.fast_start:
        options["movflags"] = "+faststart"
    container = av.open(output, "w", format=spec.container, options=options)
    container.metadata.update(spec.metadata)
    return container


def codec_tag(spec: FilmSpec) -> str:
    """What Apple's players go by."""
    if spec.codec == "prores":
        return PRORES_TAGS[prores_profile(spec.encoder_options)]
    return "hvc1" if spec.codec == "hevc" else ""

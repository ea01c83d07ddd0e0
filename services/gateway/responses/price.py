"""What is answered about the price of an export."""

from __future__ import annotations

import msgspec

from shared.domain.options import Platform
from shared.domain.video.film_spec import Codec, Container, FilmSpec, Kind, SoundCodec


class FilmView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A film as it would be made, everything that was left out chosen."""

    kind: Kind
    container: Container
    codec: Codec
    content_type: str
    width: int
    height: int
    fps: str  # a whole number, or a fraction such as 30000/1001
    frames: int
    duration_s: float
    pixel_format: str
    transparent: bool
    sound: SoundCodec | None
    max_bytes: int | None

    @classmethod
    def of(cls, spec: FilmSpec) -> FilmView:
        """What of a specification a maker wants to know."""
        return cls(
            kind=spec.kind,
            container=spec.container,
            codec=spec.codec,
            content_type=spec.content_type,
            width=spec.width,
            height=spec.height,
            fps=str(spec.fps),
            frames=spec.frames,
            duration_s=spec.duration_s,
            pixel_format=spec.pixel_format,
            transparent=spec.transparent,
            sound=spec.sound.codec if spec.sound else None,
            max_bytes=spec.max_bytes,
        )


class ExportPrice(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The build minutes that an export would reserve, and how they are worked out.

    What is charged in the end is the time that was really used.
    """

    platform: Platform
    estimated_minutes: int
    minutes_by: str | None  # None: each export of the platform costs the same
    film: FilmView | None  # None: the platform makes none

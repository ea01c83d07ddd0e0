"""Whether a film has a chance to be as small as it may be; what would fit, where it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec
    from shared.domain.video.wish import Wish

LEAST_BITS_A_PIXEL: Final = 0.002  # below this no encoder shows what is going on
_USABLE: Final = 0.97  # of the bytes; the container has the rest


def check_size_target(wish: Wish, spec: FilmSpec) -> None:
    """Object to a size that cannot be met; films that might be are tried."""
    if spec.max_bytes is None or spec.kind != "movie":
        return
    sound = spec.sound.bit_rate if spec.sound else 0
    picture = spec.width * spec.height * float(spec.fps) * LEAST_BITS_A_PIXEL
    bits = spec.max_bytes * 8 * _USABLE
    if (sound + picture) * spec.duration_s <= bits:
        return
    seconds = bits / (sound + picture)
    least = int((sound + picture) * spec.duration_s / 8 / _USABLE) + 1
    why = (
        f"{spec.max_bytes:,} bytes are too few for {spec.duration_s:g} s of {spec.width} × "
        f"{spec.height} px: at best {seconds:.3g} s would fit; it needs at least {least:,} "
        "bytes, or a smaller picture"
    )
    wish.object_to_common("maxBytes", why)

"""The loudness of a film's sound is measured and set (EBU R 128, ITU-R BS.1770-4).

One gain for all of the sound, so that its quiet and its loud places stay as they are to each other.
Where the loudest would then be over the limit of true peaks, they alone are turned down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.film.encoding.filters import Filters, sound_filtered
from services.packager.film.encoding.sound import as_heard
from services.packager.film.encoding.sound_file import HZ
from shared.domain.build_warnings import BuildWarning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av.audio.frame import AudioFrame

    from services.packager.film.encoding.sound_file import SoundFile
    from shared.domain.video.film_spec import Sound

PEAK_DB: Final = -1.0  # dBTP, as R 128 asks; players and codecs need room
SILENT_LUFS: Final = -70.0  # the gate: what is quieter is not heard
NEAR_LU: Final = 0.1
_TOLD_LU: Final = 0.5
_ROUNDS: Final = 6  # a limiter makes quieter what it limits: the gain follows
_OVERSAMPLED_HZ: Final = 192_000  # true peaks lie between the samples
_LIMIT: Final = 10 ** ((PEAK_DB - 0.3) / 20)  # resampling adds a little
_LIMITER: Final[Filters] = (
    ("aresample", str(_OVERSAMPLED_HZ)),
    ("alimiter", f"limit={_LIMIT:.6f}:level=0:latency=1:attack=2:release=60"),
    ("aresample", str(HZ)),
)
_METER: Final[Filters] = (("ebur128", "metadata=1:peak=true:framelog=quiet"),)


class Loudness(msgspec.Struct, frozen=True):
    """``lufs`` is the integrated loudness, ``peak_db`` the highest true peak, dBTP."""

    lufs: float
    peak_db: float

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing that could be made louder."""
        return self.lufs <= SILENT_LUFS


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """How the sound is changed, and how loud it is then; None: it was not measured."""

    filters: Filters = ()
    lufs: float | None = None
    notes: tuple[BuildWarning, ...] = ()


def level_of(sound: Sound, file: SoundFile) -> Level:
    """What meets the loudness that is asked for, and keeps peaks below full scale.

    The sound is measured as it is heard, which is after it was encoded.
    """
    channels = mixing(sound)
    measured = measure(sound_filtered(file.blocks(), channels))
    if measured.is_silent:
        return Level(filters=channels, notes=(_silent(),))
    if sound.loudness_lufs is None:
        if measured.peak_db <= 0:
            return Level(filters=channels, lufs=measured.lufs)
        filters = (*channels, *_LIMITER)
        return Level(filters=filters, lufs=_heard(sound, file, filters))
    return _at(sound.loudness_lufs, sound, file, measured)


def _at(target: float, sound: Sound, file: SoundFile, measured: Loudness) -> Level:
    channels, gain_db = mixing(sound), target - measured.lufs
    for _ in range(_ROUNDS):
        filters: Filters = (*channels, ("volume", f"{gain_db:.4f}dB"))
        if measured.peak_db + gain_db > PEAK_DB:
            filters = (*filters, *_LIMITER)
        lufs = _heard(sound, file, filters)
        if abs(target - lufs) <= NEAR_LU:
            break
        gain_db += target - lufs
    missed = abs(target - lufs) > _TOLD_LU
    return Level(filters=filters, lufs=lufs, notes=(_missed(target, lufs),) if missed else ())


def _heard(sound: Sound, file: SoundFile, filters: Filters) -> float:
    return measure(as_heard(sound, sound_filtered(file.blocks(), filters))).lufs


def mixing(sound: Sound) -> Filters:
    """One channel of two, where one is asked for."""
    return (("pan", "mono|c0=0.5*c0+0.5*c1"),) if sound.channels == 1 else ()


def measure(frames: Iterable[AudioFrame]) -> Loudness:
    """The loudness of some sound; what lasts less than 0.4 s is silent."""
    lufs, peak = SILENT_LUFS, 0.0
    for frame in sound_filtered(frames, _METER):
        said = frame.metadata
        lufs = float(said.get("lavfi.r128.I", lufs))
        peak = max(peak, float(said.get("lavfi.r128.true_peak", 0.0)))
    return Loudness(lufs, 20 * math.log10(peak) if peak > 0 else -math.inf)


def _silent() -> BuildWarning:
    return BuildWarning(
        code="film-silent",
        message="the game makes no sound while it is filmed: the film has a silent track; "
        "audioCodec none leaves it out",
    )


def _missed(target: float, lufs: float) -> BuildWarning:
    return BuildWarning(
        code="film-loudness-missed",
        message=f"the sound is at {lufs:.1f} LUFS, not at {target:.1f}: it is so uneven that more "
        "would only be distorted; make its loudest places quieter, or ask for less",
    )

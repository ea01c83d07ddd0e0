"""How many bits a film may have, and how its encoder is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec
from msgspec import UNSET

from shared.domain.video.wish import given

if TYPE_CHECKING:
    from shared.domain.video.film_spec import Codec
    from shared.domain.video.picture import Picture
    from shared.domain.video.shape import Shape
    from shared.domain.video.timing import Timing
    from shared.domain.video.wish import Wish

_USUAL_CRF: Final[dict[Codec, int]] = {"h264": 20, "hevc": 22, "vp9": 30, "av1": 32}
_MOST_CRF: Final[dict[Codec, int]] = {"h264": 51, "hevc": 51, "vp9": 63, "av1": 63}
# How much effort is made: the usual one, and what hardwareAcceleration asks for.
_SPEED: Final[dict[Codec, tuple[dict[str, str], dict[str, str]]]] = {
    "h264": ({"preset": "faster"}, {"preset": "veryfast"}),
    "hevc": ({"preset": "fast"}, {"preset": "superfast"}),
    "vp9": ({"deadline": "good", "cpu-used": "4"}, {"deadline": "realtime", "cpu-used": "7"}),
    "av1": ({"preset": "8"}, {"preset": "11"}),
}
_MOST_KBPS: Final[dict[Codec, int]] = {
    "h264": 800_000, "hevc": 800_000, "vp9": 800_000, "av1": 100_000,
}  # fmt: skip
_TWO_PASSES: Final = ("h264", "hevc", "vp9")
# ProRes profiles and their bits for each pixel (Apple, "ProRes White Paper", at 1080p).
_PRORES: Final = (("proxy", 0.73), ("lt", 1.65), ("standard", 2.37), ("hq", 3.55))
_KEYFRAME_S: Final = 2.0
MAX_KEYFRAME_S: Final = 10.0


class BitRate(msgspec.Struct, frozen=True, kw_only=True):
    """The encoder's own options, and what bounds the file."""

    encoder_options: dict[str, str]
    bit_rate: int | None = None
    passes: Literal[1, 2] = 1
    keyframe_s: float = _KEYFRAME_S


def bit_rate_of(
    wish: Wish,
    shape: Shape,
    timing: Timing,
    picture: Picture,
) -> BitRate:
    """What the encoder aims at: a quality, a rate, or a size that two passes meet."""
    if wish.video.deinterlace is True:
        wish.object_to("deinterlace", "a game's pictures are whole: leave it out")
    keyframe_s = _keyframe_s(wish, shape, timing)
    if not shape.is_movie:
        _refuse_all(wish, shape)
        return BitRate(encoder_options={}, keyframe_s=keyframe_s)
    if shape.codec == "prores":
        return _prores(wish, shape, timing, picture)
    usual, fast = _SPEED[shape.codec]
    options = dict(fast if wish.video.hardware_acceleration is True else usual)
    if shape.profile:
        options["profile"] = shape.profile
    if wish.max_bytes is not None:
        _refuse_beside_size(wish, shape)
        return BitRate(encoder_options=options, keyframe_s=keyframe_s)
    for name, kbps in (("bitrate", wish.video.bitrate), ("maxBitrate", wish.video.max_bitrate)):
        if kbps is not UNSET and kbps > (most := _MOST_KBPS[shape.codec]):
            wish.object_to(name, f"at most {most:,} kbit/s of {shape.codec}")
            return BitRate(encoder_options=options, keyframe_s=keyframe_s)
    made = _aimed(wish, shape, options)
    return msgspec.structs.replace(made, keyframe_s=keyframe_s)


def _keyframe_s(wish: Wish, shape: Shape, timing: Timing) -> float:
    interval = wish.video.keyframe_interval
    if interval is UNSET:
        return _KEYFRAME_S
    seconds = float(interval / timing.fps)
    if not shape.is_movie or shape.codec == "prores":
        wish.object_to("keyframeInterval", f"each picture of {shape.codec} stands for itself")
    elif seconds > MAX_KEYFRAME_S:
        most = int(MAX_KEYFRAME_S * timing.fps)
        why = f"at most {MAX_KEYFRAME_S:g} s, {most} frames: films are made in parts, from key "
        wish.object_to("keyframeInterval", why + "frame to key frame")
    else:
        return seconds
    return _KEYFRAME_S


def _refuse_all(wish: Wish, shape: Shape) -> None:
    """Pictures have no rate. 0 asks for none, as the editor's settings always name one."""
    why = f"{shape.codec} has no bit rate: set the size, fps or length"
    asked = {
        "crf": wish.video.crf,
        "bitrate": wish.video.bitrate or UNSET,
        "maxBitrate": wish.video.max_bitrate or UNSET,
        "twoPass": wish.video.two_pass or UNSET,
        "hardwareAcceleration": wish.video.hardware_acceleration or UNSET,
    }
    wish.object_if_given(why, **asked)
    mode = wish.video.bitrate_mode
    if mode == "crf" or (mode is not UNSET and wish.video.bitrate != 0):
        wish.object_to("bitrateMode", why)


def _refuse_beside_size(wish: Wish, shape: Shape) -> None:
    why = "maxBytes decides it, in two passes: leave it out"
    wish.object_if_given(
        why,
        crf=wish.video.crf,
        bitrate=wish.video.bitrate or UNSET,
        maxBitrate=wish.video.max_bitrate or UNSET,
        bitrateMode=wish.video.bitrate_mode,
    )
    if wish.video.two_pass is False:
        wish.object_to("twoPass", "maxBytes needs two passes: leave it out")
    if shape.codec not in _TWO_PASSES:
        why = f"{shape.codec} cannot aim at a size: choose {', '.join(_TWO_PASSES)}"
        wish.object_to_common("maxBytes", why)


def _prores(
    wish: Wish,
    shape: Shape,
    timing: Timing,
    picture: Picture,
) -> BitRate:
    """ProRes has a rate by profile: the best that stays below the rate that is asked for."""
    why = "ProRes has a rate by its profile, which bitrate chooses: leave it out"
    wish.object_if_given(
        why,
        crf=wish.video.crf,
        maxBitrate=wish.video.max_bitrate or UNSET,
        twoPass=wish.video.two_pass or UNSET,
        hardwareAcceleration=wish.video.hardware_acceleration or UNSET,
        bitrateMode=UNSET if wish.video.bitrate_mode == "cbr" else wish.video.bitrate_mode,
    )
    if wish.max_bytes is not None:
        why = "ProRes cannot aim at a size: choose videoCodec h264"
        wish.object_to_common("maxBytes", why)
    full = shape.pixel_format != "yuv422p10le"
    bitrate = wish.video.bitrate or UNSET
    if bitrate is UNSET:
        return BitRate(encoder_options={"profile": "4444" if full else "standard"})
    if full:
        wish.object_to("bitrate", f"{shape.pixel_format} is ProRes 4444 alone: leave it out")
        return BitRate(encoder_options={"profile": "4444"})
    pixels = picture.width * picture.height * float(timing.fps)
    fits = [name for name, bits in _PRORES if pixels * bits <= bitrate * 1_000]
    if not fits:
        least = round(pixels * _PRORES[0][1] / 1_000)
        wish.object_to("bitrate", f"ProRes has at least {least:,} kbit/s at this size and rate")
        return BitRate(encoder_options={"profile": "standard"})
    return BitRate(encoder_options={"profile": fits[-1]})


def _aimed(
    wish: Wish,
    shape: Shape,
    options: dict[str, str],
) -> BitRate:
    """By a quality with a ceiling, or by a rate in one or two passes."""
    kbps = wish.video.bitrate or UNSET
    mode = wish.video.bitrate_mode
    if mode is UNSET:
        mode = "crf" if wish.video.crf is not UNSET or kbps is UNSET else "vbr"
    if mode == "crf":
        return _by_quality(wish, shape, options)
    why = f"bitrateMode {mode} aims at bitrate: leave it out"
    wish.object_if_given(why, crf=wish.video.crf)
    if kbps is UNSET:
        wish.object_to("bitrate", f"bitrateMode {mode} needs one, in kbit/s")
        return BitRate(encoder_options=options)
    ceiling = wish.video.max_bitrate or UNSET
    if mode == "cbr":
        wish.object_if_given("cbr has no other rate than bitrate", maxBitrate=ceiling)
        ceiling = kbps
    if shape.codec == "av1" and ceiling is not UNSET:
        wish.object_to("bitrateMode", "av1 has vbr without maxBitrate, or crf")
    elif ceiling is not UNSET:
        if ceiling < kbps:
            wish.object_to("maxBitrate", f"is below bitrate, {kbps} kbit/s")
            ceiling = kbps
        options |= _bounded(shape, ceiling, constant=mode == "cbr")
    passes: Literal[1, 2] = 2 if wish.video.two_pass is True else 1
    if passes > 1 and shape.codec not in _TWO_PASSES:
        wish.object_to("twoPass", f"of {', '.join(_TWO_PASSES)} alone: leave it out")
        passes = 1
    return BitRate(encoder_options=options, bit_rate=kbps * 1_000, passes=passes)


def _by_quality(
    wish: Wish,
    shape: Shape,
    options: dict[str, str],
) -> BitRate:
    usual = _USUAL_CRF[shape.codec]
    if wish.preset and wish.preset.crf is not None:
        usual = wish.preset.crf
    crf = given(wish.video.crf, usual)
    least, most = (1 if shape.codec == "h264" else 0), _MOST_CRF[shape.codec]
    if not least <= crf <= most:
        lossless = ": 0 would be lossless, which few players show" if crf == 0 else ""
        wish.object_to("crf", f"{least} to {most} of {shape.codec}{lossless}")
        crf = usual
    if wish.video.two_pass is True:
        wish.object_to("twoPass", "crf asks for a quality, not a rate: one pass meets it")
    options["crf"] = str(crf)
    ceilings = [rate for rate in (wish.video.bitrate, wish.video.max_bitrate) if rate]
    if wish.video.crf is UNSET and not ceilings and wish.preset and wish.preset.max_kbps:
        ceilings = [wish.preset.max_kbps]
    if not ceilings:
        return BitRate(encoder_options=options)
    ceiling = max(ceilings)
    if shape.codec == "vp9":  # libvpx takes it as the rate of its constrained quality
        return BitRate(encoder_options=options, bit_rate=ceiling * 1_000)
    return BitRate(encoder_options=options | _bounded(shape, ceiling, constant=False))


def _bounded(shape: Shape, kbps: int, *, constant: bool) -> dict[str, str]:
    """The encoder's bounds: within a second's buffer, or two."""
    rate = str(kbps * 1_000)
    bounds = {"maxrate": rate, "bufsize": rate if constant else str(2 * kbps * 1_000)}
    if shape.codec == "av1":
        return {"maxrate": rate}
    if constant and shape.codec == "h264":
        return {**bounds, "nal-hrd": "cbr"}
    return {**bounds, "minrate": rate} if constant else bounds

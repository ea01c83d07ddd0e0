"""From options to a film's specification: pure, and total.

Whatever cannot be made is objected to, with the way out, and something usual stands in its place;
who asks for the film is told all of it at once, before anything is queued.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import UNSET

from shared.domain.paths import check_path
from shared.domain.video.bit_rate import bit_rate_of
from shared.domain.video.film_spec import FilmSpec
from shared.domain.video.options import VideoOptions
from shared.domain.video.picture import picture_of
from shared.domain.video.price import MOST_MINUTES, minutes_of_film
from shared.domain.video.shape import shape_of
from shared.domain.video.size_target import check_size_target
from shared.domain.video.sound import metadata_of, sound_of
from shared.domain.video.timed_actions import action_objections, in_order
from shared.domain.video.timing import timing_of
from shared.domain.video.wish import Wish, given
from shared.domain.visible_text import objection
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.options import ExportOptions
    from shared.domain.video.film_spec import TimedAction
    from shared.domain.video.shape import Shape
    from shared.domain.video.timing import Timing

_USUAL: Final = VideoOptions()


class _Resolved(NamedTuple):
    spec: FilmSpec
    objections: list[tuple[str, str]]


def spec_of(options: ExportOptions) -> FilmSpec:
    """The film that an export makes."""
    return _resolve(options).spec


def refusals(options: ExportOptions) -> Iterable[tuple[str, str]]:
    """The options that cannot be met, each with the reason and the way out."""
    return _resolve(options).objections


def _resolve(options: ExportOptions) -> _Resolved:
    wish = Wish(
        _USUAL if options.video is None else options.video,
        format_=options.format,
        max_bytes=None if options.max_bytes is UNSET else options.max_bytes,
    )
    shape = shape_of(wish)
    timing = timing_of(wish, shape)
    picture = picture_of(wish, shape, timing)
    rate = bit_rate_of(wish, shape, timing, picture)
    video = wish.video
    spec = FilmSpec(
        kind=shape.kind,
        codec=shape.codec,
        container="zip" if _is_numbered(shape, timing) else shape.container,
        width=picture.width,
        height=picture.height,
        fps_num=timing.fps.numerator,
        fps_den=timing.fps.denominator,
        frames=timing.frames,
        start_s=timing.start_s,
        supersample=picture.supersample,
        subframes=picture.subframes,
        shutter=picture.shutter,
        transparent=shape.transparent,
        pixel_format=shape.pixel_format,
        encoder_options=rate.encoder_options,
        bit_rate=rate.bit_rate,
        keyframe_s=rate.keyframe_s,
        max_bytes=wish.max_bytes,
        sound=sound_of(wish, shape),
        scene=_scene(wish),
        camera_path=_file(wish, "cameraPath", given(video.camera_path, "")),
        input=_file(wish, "input", video.input) if isinstance(video.input, str) else "",
        input_track=_track(wish),
        seed=given(video.seed, 0),
        columns=picture.columns,
        quality=picture.quality,
        passes=rate.passes,
        fast_start=video.fast_start is not False,
        metadata=metadata_of(wish, shape, options.app_name),
    )
    check_size_target(wish, spec)
    if (minutes := minutes_of_film(spec)) > MOST_MINUTES:
        why = (
            f"the film needs {minutes:,} build minutes, and at most {MOST_MINUTES} are spent on "
            "one: make it shorter, smaller, or with less supersample, motionBlur, fps"
        )
        wish.object_to("durationS", why)
    return _Resolved(spec, wish.objections)


def _is_numbered(shape: Shape, timing: Timing) -> bool:
    return shape.kind == "stills" and timing.frames > 1


def _scene(wish: Wish) -> str:
    scene = given(wish.video.scene, "")
    if why := objection(scene):
        wish.object_to("scene", why)
        return ""
    return scene


def _file(wish: Wish, option: str, path: str) -> str:
    """A JSON file of the project."""
    if not path:
        return ""
    try:
        check_path(path)
    except PathError as error:
        wish.object_to(option, str(error))
        return ""
    if not path.endswith(".json"):
        wish.object_to(option, f"{path!r} is no JSON file of the project")
        return ""
    return path


def _track(wish: Wish) -> tuple[TimedAction, ...]:
    track = wish.video.input
    if track is UNSET or isinstance(track, str):
        return ()
    for number, why in action_objections(track):
        wish.object_to(f"input[{number}]", why)
    return in_order(track)

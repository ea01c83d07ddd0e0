"""Whether what was shot is a film, judged over all of its slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.film.studio.errors import FilmBlackError, FilmFrozenError
from shared.errors import ExportError, ProjectError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.film.records import FilmPlan, SliceRecord

BLACK: Final = 1 / 64  # mean luma of the brightest frame


class _SliceProjectError(ProjectError):
    """A slice has failed by the maker's project."""


class _SliceError(ExportError):
    """A slice has failed again and again; the director's next attempt would find the same."""


def failure_of(number: int, record: SliceRecord) -> ExportError:
    """Why a film fails whose slice has failed: the slice's own reason, under its own code."""
    why = record.failures[-1]
    names = {"code": why.code, "title": "A part of the film cannot be shot", "public": ""}
    if record.of_project:
        project: ExportError = type("SliceProjectError", (_SliceProjectError,), names)(why.message)
        return project
    tries = len(record.failures)
    message = f"part {number + 1} of the film has failed {tries} times, the last time: "
    error: ExportError = type("SliceError", (_SliceError,), names)(message + why.message)
    return error


def judge(plan: FilmPlan, records: Sequence[SliceRecord]) -> None:
    """Let pass what shows something that moves.

    A film of one frame cannot move. Slices of one frame measure no difference: then their
    brightness is all that is known.

    Raises:
        FilmBlackError: No frame shows anything.
        FilmFrozenError: All frames are the same.
    """
    shots = [
        (piece.count, record.shot)
        for piece, record in zip(plan.slices, records, strict=True)
        if piece.kind == "pictures" and record.shot is not None
    ]
    brightest = max(shot.luma_max for _, shot in shots)
    if brightest <= BLACK:
        raise FilmBlackError(
            f"all {plan.spec.frames:,} frames are black (the brightest has a mean of "
            f"{brightest:.3f} of 1): look whether the scene has a light and a camera that sees "
            "something, or begin later with options.video.startS"
        )
    several = [shot for count, shot in shots if count > 1]
    same = len({shot.luma_max for _, shot in shots}) == 1
    if several and same and not any(shot.difference_max for shot in several):
        raise FilmFrozenError(
            f"all {plan.spec.frames:,} frames are the same picture: the game may wait for a "
            "player, whom options.video.input can play; or begin later with options.video.startS, "
            "or take a single picture with options.video.stills"
        )

"""Which Android an application runs on, and which one it was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.packager.build.plan import Note
from shared.domain.android_rules import OLDEST_SDK, USUAL_TARGET_SDK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.request import Request


class SdkLevels(NamedTuple):
    """The oldest level that it installs on, and the level whose rules it follows."""

    oldest: int
    target: int


def levels_of(request: Request) -> tuple[SdkLevels, list[Note]]:
    """Those asked for, else the usual ones; :mod:`shared.domain.android_rules` has checked them."""
    levels = SdkLevels(
        request.options.min_sdk_version or OLDEST_SDK,
        request.options.target_sdk_version or USUAL_TARGET_SDK,
    )
    return levels, [*_notes(levels, request)]


def _notes(levels: SdkLevels, request: Request) -> Iterator[Note]:
    target = levels.target
    if target < USUAL_TARGET_SDK and request.configuration == "distribution":
        yield Note(
            message=f"targetSdkVersion {target}: Google Play takes new applications and updates "
            f"from {USUAL_TARGET_SDK} on; leave the option out"
        )
    if levels.oldest > USUAL_TARGET_SDK:
        yield Note(
            message=f"minSdkVersion {levels.oldest}: no phone installs it whose Android has API "
            f"level {USUAL_TARGET_SDK} or an older one"
        )
    if target > USUAL_TARGET_SDK:
        yield Note(
            message=f"targetSdkVersion {target}: the runtime was made for {USUAL_TARGET_SDK}; what "
            "later systems change for applications that ask for it was never tried"
        )

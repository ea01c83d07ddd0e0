"""A film as it is wished for, and what speaks against it: each option, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import UNSET

from shared.domain.video.presets import PRESETS

if TYPE_CHECKING:
    from msgspec import UnsetType

    from shared.domain.video.options import VideoOptions

T = TypeVar("T")


class Wish:
    """Options, with their preset; objections are collected, so that a maker reads all at once.

    Args:
        video: As the maker wrote them.
        format_: ``options.format``, which names a container, too.
        max_bytes: ``options.maxBytes``.
    """

    def __init__(self, video: VideoOptions, *, format_: str, max_bytes: int | None) -> None:
        self.video = video
        self.format = format_
        self.preset = PRESETS[video.preset] if video.preset else None
        own = self.preset.max_bytes if self.preset else None
        self.max_bytes = own if max_bytes is None else max_bytes
        self.objections: list[tuple[str, str]] = []

    def object_to(self, option: str, why: str) -> None:
        """Object to one of ``options.video``."""
        self.objections.append((f"options.video.{option}", why))

    def object_to_common(self, option: str, why: str) -> None:
        """Object to one of the options that all platforms have."""
        self.objections.append((f"options.{option}", why))

    def object_if_given(self, why: str, **options: object) -> None:
        """Object to each that is there, though it would have no effect."""
        for option, value in options.items():
            if value is not UNSET and value is not None:
                self.object_to(option, why)


def given(value: T | UnsetType, otherwise: T) -> T:
    """The option's value, where it has one."""
    return otherwise if value is UNSET else value

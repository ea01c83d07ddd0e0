"""``BundleConfig.pb`` tells Play how to make packages of an app bundle.

Source: bundletool, ``config.proto``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.platforms.android.wire_format import message, number, text, write_message

if TYPE_CHECKING:
    from collections.abc import Iterable

_VERSION: Final = "1.17.2"  # of the bundletool whose rules the bundle follows
_SCREEN_DENSITY, _LANGUAGE = 2, 3


def bundle_config(stored_suffixes: Iterable[str]) -> bytes:
    """One package for every device, in which these kinds of assets are stored.

    An application has a few kilobytes of icons and no texts of its own, so that splitting it by
    density or language would save nothing, and whoever copies it to another phone lacked a part.
    """
    splits = [message(1, number(1, value), number(2, 1)) for value in (_SCREEN_DENSITY, _LANGUAGE)]
    globs = [text(1, _glob(suffix)) for suffix in stored_suffixes]
    return write_message(
        [
            message(1, text(2, _VERSION)),
            message(2, message(1, *splits)),
            message(3, *globs),
        ]
    )


def _glob(suffix: str) -> str:
    """Of paths that end so, whatever their case: globs have no other word for that."""
    letters = (f"[{x}{x.upper()}]" if x.isalpha() else x for x in suffix)
    return f"**{''.join(letters)}"

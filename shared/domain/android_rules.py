"""What Android and its stores make of names and versions: one rule for gateway and packager.

Source: Android's documentation of ``applicationId``, ``versionCode`` and ``uses-sdk``; Google
Play's "Target API level requirements".
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.options import ExportOptions

OLDEST_SDK: Final = 24  # Android 7: the runtime is made for no older one
USUAL_TARGET_SDK: Final = 36  # Android 16; Play asks for it since the end of August 2026
MAX_ID_LETTERS: Final = 127  # what the table of resources has room for
MAX_VERSION_CODE: Final = 2_100_000_000  # Play's
_MOST: Final = (209, 999, 999, 9)  # of each number of a version
_WEIGHTS: Final = (10_000_000, 10_000, 10, 1)
_PART: Final = re.compile(r"[A-Za-z][0-9A-Za-z_]*\Z")
_JAVA: Final = """
    abstract assert boolean break byte case catch char class const continue default do double
    else enum extends false final finally float for goto if implements import instanceof int
    interface long native new null package private protected public return short static strictfp
    super switch synchronized this throw throws transient true try void volatile while
"""
_KEYWORDS: Final = frozenset(_JAVA.split())


class VersionError(ValueError):
    """A version that no version code can be made of; the message says what to change."""


def version_code(version: str) -> int:
    """The number by which Android and stores know the newer of two applications.

    Of ``a.b.c.d`` it is ``a * 10,000,000 + b * 10,000 + c * 10 + d``: 1.2.3 is 10,020,030, and
    1.2.3 < 1.2.10 < 1.3 holds as for versions. What follows ``-`` or ``+`` does not count. Zeros
    alone, which templates of projects begin with and stores refuse as a code, are 1.

    Raises:
        VersionError: A number is too large.
    """
    numbers = [int(part) for part in re.split("[-+]", version, maxsplit=1)[0].split(".")]
    numbers += [0] * (len(_MOST) - len(numbers))
    if any(number > most for number, most in zip(numbers, _MOST, strict=True)):
        highest = ".".join(map(str, _MOST))
        raise VersionError(
            f"{version!r} makes no version code, which stores count up to {MAX_VERSION_CODE:,}: "
            f"{highest} is the highest; a year is written with two digits, as in 26.12.1"
        )
    return sum(number * weight for number, weight in zip(numbers, _WEIGHTS, strict=True)) or 1


def application_id_of(bundle_id: str) -> str:
    """The same id in Android's letters, for one that was made here and that nobody has chosen.

    Different ids stay different.
    """
    parts = [_made_part(part) for part in bundle_id.split(".")]
    return ".".join(parts)


def refusals(options: ExportOptions) -> Iterator[tuple[str, str]]:
    """Values of options that Android does not take, each with the reason and the remedy."""
    if options.bundle_id and (fault := _id_fault(options.bundle_id)):
        yield "options.bundleId", fault
    if options.app_version:
        try:
            version_code(options.app_version)
        except VersionError as error:
            yield "options.appVersion", str(error)
    yield from _sdk_refusals(options)


def _sdk_refusals(options: ExportOptions) -> Iterator[tuple[str, str]]:
    oldest = options.min_sdk_version or OLDEST_SDK
    target = options.target_sdk_version or USUAL_TARGET_SDK
    if oldest < OLDEST_SDK:
        why = f"the runtime needs Android 7, which is {OLDEST_SDK}, or a later one"
        yield "options.minSdkVersion", why
    if target < oldest:
        if options.target_sdk_version:
            yield "options.targetSdkVersion", f"{target} is older than minSdkVersion, {oldest}"
        else:
            yield "options.minSdkVersion", f"name a targetSdkVersion, too: {target} is older"


def _id_fault(bundle_id: str) -> str | None:
    """What is wrong with a chosen id: it is an application's for ever, so nothing is mended."""
    parts = bundle_id.split(".")
    mended = ".".join(_mended(part) for part in parts)
    if len(bundle_id) > MAX_ID_LETTERS:
        return f"Android takes at most {MAX_ID_LETTERS} letters"
    if not all(_PART.match(part) for part in parts):
        return (
            "Android takes letters, digits and _, and each part begins with a letter; write "
            f"{mended}, say"
        )
    if words := [part for part in parts if part in _KEYWORDS]:
        return f"{words[0]!r} is a word of Java, which no part may be; write {mended}, say"
    return None


def _mended(part: str) -> str:
    plain = part.replace("-", "_")
    plain = plain if plain[0].isalpha() else f"g{plain}"
    return f"{plain}_game" if plain in _KEYWORDS else plain


def _made_part(part: str) -> str:
    """With a mark of its own where the letters are not those that it had."""
    mended = _mended(part)
    if mended == part.replace("-", "_") and "_" not in part:
        return mended
    return f"{mended}_{hashlib.sha256(part.encode()).hexdigest()[:8]}"

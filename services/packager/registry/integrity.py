"""Integrity is what a lock file or a registry says of a tarball's bytes: one hash or several.

Source: W3C Subresource Integrity, section 3.5 (``sha512-…`` in base64, separated by spaces).
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Final

from services.packager.registry.package_id import INTEGRITY

if TYPE_CHECKING:
    from hashlib import _Hash

ALGORITHMS: Final = ("sha512", "sha384", "sha256", "sha1")  # the strongest first
_ONE: Final = re.compile(INTEGRITY)
_SHA1: Final = re.compile(r"[0-9a-f]{40}")
_SHOWN: Final = 19  # characters: the algorithm and enough to compare by eye
MAX_HASHES: Final = 16


def strongest(integrity: str) -> str:
    """The one hash that counts; "" where there is none that we know."""
    hashes = [part.partition("?")[0] for part in integrity.split()[:MAX_HASHES]]
    known = [part for part in hashes if _ONE.match(part) and _has_its_length(part)]
    return min(known, key=lambda part: ALGORITHMS.index(_algorithm(part)), default="")


def of_sha1(digits: str) -> str:
    """A SHA-1 in hexadecimal digits as integrity; "" where it is none."""
    if not _SHA1.fullmatch(digits):
        return ""
    return f"sha1-{base64.b64encode(bytes.fromhex(digits)).decode()}"


def shortened(integrity: str) -> str:
    """For people, who compare the beginning."""
    return integrity if len(integrity) <= _SHOWN else f"{integrity[:_SHOWN]}…"


class Check:
    """Hashes a tarball while it comes, and says what it is then."""

    def __init__(self, expected: str) -> None:
        self.expected = expected
        self._digest: _Hash = hashlib.new(_algorithm(expected), usedforsecurity=False)

    def update(self, data: bytes) -> None:
        """The next bytes."""
        self._digest.update(data)

    @property
    def found(self) -> str:
        """The integrity of all that has come."""
        return f"{self._digest.name}-{base64.b64encode(self._digest.digest()).decode()}"

    @property
    def holds(self) -> bool:
        """Whether that is what was expected."""
        return self.found.rstrip("=") == self.expected.rstrip("=")


def _algorithm(integrity: str) -> str:
    return integrity.partition("-")[0]


def _has_its_length(integrity: str) -> bool:
    encoded = integrity.partition("-")[2].rstrip("=")
    size = hashlib.new(_algorithm(integrity), usedforsecurity=False).digest_size
    return len(encoded) == -(-size * 8 // 6)

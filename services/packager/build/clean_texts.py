"""Texts in which no secret was found are not searched again by the next export of their project.

They are known by the SHA-256 of their content, as what finds secrets looks at nothing else, keys by
name apart. Another version of the scanner knows of none.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.packager.storage.derived_pages import DerivedPages
from shared.domain import secret_scanner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.packager.storage.derived_files import DerivedFileStore

MOST: Final = 20_000  # texts
DIGEST_BYTES: Final = 32
NAME: Final = "clean"
SCANNER: Final = hashlib.sha256(Path(secret_scanner.__file__).read_bytes()).hexdigest()


class CleanTexts:
    """The texts of one project that hold no secret, by the SHA-256 of their content."""

    def __init__(self, store: DerivedFileStore) -> None:
        self._pages = DerivedPages(store, ["texts", SCANNER])
        self._known = _decoded(self._pages.recall(NAME) or b"")

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._known

    def keep(self, texts: Iterable[str]) -> None:
        """Remember these, then those of before for as long as there is room."""
        now = dict.fromkeys(texts)
        if now.keys() <= self._known.keys():
            return
        kept = [*(now | self._known)][:MOST]
        self._pages.keep(NAME, b"".join(map(bytes.fromhex, kept)))


def _decoded(digests: bytes) -> dict[str, None]:
    starts = range(0, len(digests), DIGEST_BYTES)
    return dict.fromkeys(digests[at : at + DIGEST_BYTES].hex() for at in starts)

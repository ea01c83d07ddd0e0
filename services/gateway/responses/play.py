"""What is answered about play links and the files of artifacts."""

from __future__ import annotations

import msgspec

from shared.domain.events import Timestamp


class PlayLinkView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A link as members see it.

    It expires with its artifact at the latest; null: it stays. Whether it is cross-origin isolated
    is null where that is as each build asks.
    """

    url: str
    expires_at: Timestamp | None
    password_protected: bool
    cross_origin_isolated: bool | None
    created_at: Timestamp


class ArtifactFile(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One file; sizes in bytes. Where all are compressed as one, no packed size is known: null."""

    path: str
    size: int
    packed_size: int | None


class ArtifactFiles(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of files, by path; the totals are of all of them, unpacked."""

    files: list[ArtifactFile]
    total_files: int
    total_bytes: int
    next_page_token: str | None

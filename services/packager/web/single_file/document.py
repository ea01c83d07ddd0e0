"""The one file is written to the disk: the archive of all files, the loader, and nothing else."""

from __future__ import annotations

import base64
import codecs
import hashlib
import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import msgspec

from services.packager.archive.compression import compress_whole
from services.packager.archive.member import Member
from services.packager.web.game_site import ENTRY
from services.packager.web.single_file import policy
from services.packager.web.single_file.site_files import PAGES
from shared.domain.media_types import media_type_of
from shared.errors import ProjectError

if TYPE_CHECKING:
    from services.packager.archive.compression import CompressionLevel
    from services.packager.web.single_file.bundling import Bundled
    from services.packager.web.single_file.site_files import SiteFiles

MAX_BYTES: Final = 256 << 20  # browsers hold no longer text
SHOWN: Final = 5  # of the largest files
# Elements and styles are given these as they stand, and most are compressed already.
_NEVER_DEFLATED: Final = ("image/", "audio/", "video/", "font/")
_DOCTYPE: Final = b"<!doctype"


class SingleFileError(ProjectError):
    """A game that one file cannot carry."""

    code = "game-too-large"


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The file, and what its largest parts are."""

    path: Path
    size_bytes: int
    sha256: str
    shares: tuple[tuple[str, int], ...]  # the largest first

    def member(self) -> Member:
        """It, as the only member of the artifact."""
        return Member(
            path=ENTRY,
            size_bytes=self.size_bytes,
            open=lambda: cast("BinaryIO", self.path.open("rb")),
        )


def write_document(
    path: Path, files: SiteFiles, bundled: Bundled, loader: str, level: CompressionLevel
) -> Written:
    """Write it.

    Args:
        path: Where to.
        files: The site's.
        bundled: What is there instead of some of them.
        loader: The page's first script.
        level: How hard to compress what is worth it.

    Raises:
        SingleFileError: It would be larger than browsers can read.
    """
    with path.open("wb") as file:
        writer = _Writer(file)
        writer.text(_head(files))
        paths = sorted({*files.contents, *bundled.made} - (bundled.consumed - bundled.made.keys()))
        separator = "{"
        for name in paths:
            data = _bytes(files, bundled, name)
            writer.entry(name, f"{separator}{_json(name)}:{_packed(name, data, level)}")
            separator = ",\n"
        writer.text("}</script>\n")
        writer.text(f'<script id="aethel-loader" data-page="{escape(ENTRY)}">{loader}</script>\n')
    largest = sorted(writer.shares.items(), key=lambda share: -share[1])[:SHOWN]
    return Written(
        path=path, size_bytes=writer.size, sha256=writer.digest.hexdigest(), shares=tuple(largest)
    )


class _Writer:
    """Counts and hashes what it writes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()
        self.shares: dict[str, int] = {}

    def text(self, text: str) -> None:
        data = text.encode()
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)

    def entry(self, name: str, text: str) -> None:
        self.text(text)
        self.shares[name] = len(text)
        if self.size > MAX_BYTES:
            largest = ", ".join(sorted(self.shares, key=lambda path: -self.shares[path])[:SHOWN])
            message = (
                f"one file carries at most {MAX_BYTES >> 20} MiB, a third of it for being text; "
                f"the largest so far are {largest}. Leave some out with excludePatterns, or "
                "export it as zip"
            )
            raise SingleFileError(message)


def _head(files: SiteFiles) -> str:
    """What stands before the archive; without a doctype where the page has none."""
    doctype = "<!doctype html>\n" if _DOCTYPE in files.read(ENTRY)[:1024].lower() else ""
    return (
        f'{doctype}<meta charset="utf-8">\n{policy.element(files.pages[ENTRY])}'
        '<script type="application/json" id="aethel-files">'
    )


def _bytes(files: SiteFiles, bundled: Bundled, name: str) -> bytes:
    if name in bundled.made:
        return bundled.made[name]
    data = files.read(name)
    return _text(data, files.pages[name].encoding).encode() if _is_page(files, name) else data


def _is_page(files: SiteFiles, name: str) -> bool:
    return name.lower().endswith(PAGES) and name in files.pages


def _text(page: bytes, named: str) -> str:
    """A page in any encoding; the one file is UTF-8."""
    if page.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return page.decode("utf-16", "replace")
    try:
        return page.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return page.decode(named or "windows-1252", "replace")
        except LookupError:
            return page.decode("windows-1252", "replace")


def _packed(name: str, data: bytes, level: CompressionLevel) -> str:
    """One entry, as the loader reads it."""
    kind = media_type_of(name)
    deflated = None if kind.startswith(_NEVER_DEFLATED) else compress_whole(data, level)
    if deflated is not None:
        return f'["{kind}","{base64.b64encode(deflated).decode()}",1]'
    return f'["{kind}","{base64.b64encode(data).decode()}"]'


def _json(name: str) -> str:
    """A name within a script element."""
    return json.dumps(name).replace("<", "\\u003c")

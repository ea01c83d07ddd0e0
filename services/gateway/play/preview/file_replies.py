"""The reply to a request for one file of a game: its status, its headers, and where its bytes are.

RFC 9110: content codings, validators and ranges.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from services.gateway.http.negotiation import accepts, names_etag
from services.gateway.play.archive.member_bytes import GZIP_BYTES
from services.gateway.play.archive.zip_index import DEFLATED
from services.gateway.play.preview.asgi import Reply
from services.gateway.play.preview.byte_ranges import UnsatisfiableRangeError, read_range
from shared.domain.media_types import media_type_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from services.gateway.play.archive.archives import Archive
    from services.gateway.play.archive.member_bytes import MemberBytes
    from services.gateway.play.archive.zip_index import Member


class FileReplies:
    """Chooses the form of a file that suits a request."""

    def __init__(self, contents: MemberBytes) -> None:
        self._contents = contents

    def of(self, archive: Archive, path: str, asked: Mapping[str, str]) -> Reply:
        """The reply for a file that is there.

        Args:
            archive: Where it is.
            path: Its path in there.
            asked: The request's headers, names in lower case.
        """
        member = archive.members[path]
        own = archive.precompressed.get(path)
        takes = asked.get("accept-encoding", "")
        headers = {"Content-Type": own.media_type if own else media_type_of(path)}
        if own or member.method == DEFLATED:
            headers["Vary"] = "Accept-Encoding"
        tag = f"{member.crc32:08x}-{member.size:x}"
        if own and not accepts(takes, own.coding):
            blocks = self._contents.decoded(archive, member, own.coding)
            return _full(asked, {**headers, "ETag": f'"{tag}-decoded"'}, blocks)
        if own:
            headers["Content-Encoding"] = own.coding
        elif member.method == DEFLATED and "range" not in asked and accepts(takes, "gzip"):
            headers |= {"Content-Encoding": "gzip", "ETag": f'"{tag}-gzip"'}
            headers["Content-Length"] = str(member.packed_size + GZIP_BYTES)
            return _full(asked, headers, self._contents.gzipped(archive, member))
        return self._whole_or_part(archive, member, asked, {**headers, "ETag": f'"{tag}"'})

    def _whole_or_part(
        self, archive: Archive, member: Member, asked: Mapping[str, str], headers: dict[str, str]
    ) -> Reply:
        headers["Accept-Ranges"] = "bytes"
        fits = asked.get("if-range", headers["ETag"]) == headers["ETag"]
        try:
            part = read_range(asked.get("range", "") if fits else "", member.size)
        except UnsatisfiableRangeError:
            headers["Content-Range"] = f"bytes */{member.size}"
            headers["Content-Length"] = "0"
            return Reply(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
        if part is None or names_etag(asked.get("if-none-match", ""), headers["ETag"]):
            headers["Content-Length"] = str(member.size)
            return _full(asked, headers, self._contents.whole(archive, member))
        last = part.start + part.size - 1
        headers["Content-Range"] = f"bytes {part.start}-{last}/{member.size}"
        headers["Content-Length"] = str(part.size)
        blocks = self._contents.part(archive, member, part)
        return Reply(status=HTTPStatus.PARTIAL_CONTENT, headers=headers, blocks=blocks)


def _full(
    asked: Mapping[str, str], headers: dict[str, str], blocks: AsyncGenerator[bytes, None]
) -> Reply:
    """All of it, or word that the client has it."""
    if names_etag(asked.get("if-none-match", ""), headers["ETag"]):
        kept = {name: value for name, value in headers.items() if name in {"ETag", "Vary"}}
        return Reply(status=HTTPStatus.NOT_MODIFIED, headers=kept)
    return Reply(status=HTTPStatus.OK, headers=headers, blocks=blocks)

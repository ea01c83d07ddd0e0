"""What the build of an Android application asks to be signed: digests of it, never the whole.

The build is not trusted with the key, and hands over little: a digest of fixed size, from which
the signed structure is made here, and a signature file, which begins as no other thing that the
key signs does (a lineage, a certificate). Each is signed once for an export.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from services.packager.archive.compress_jobs import blocks_of
from services.packager.signing.android.apk_block import signing_block
from services.packager.signing.android.jar_signature import BEGINS, jar_signature
from services.packager.signing.member_files import read_member
from services.packager.signing.signed_by import DigestName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.member import Member
    from services.packager.signing.android.android_key import AndroidKey
    from services.packager.signing.signed_by import SignedBy
    from services.packager.signing.tool import ToolBench

DIGEST: Final = "apk.digest"  # :class:`ApkDigest`, as JSON; answered with
BLOCK: Final = "apk.block"  # the APK Signing Block
SIGNATURE_FILE: Final = "META-INF/AETHEL.SF"  # answered with the signature, .RSA or .EC beside it
MOST_DIGEST_BYTES: Final = 4 << 10
MOST_SIGNATURE_FILE_BYTES: Final = 64 << 20

_Hex = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64}|[0-9a-f]{128})$(?!\n)")]


class ApkDigest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The top digests of an APK's contents, in hexadecimal, by their hashes' names.

    Source: "Integrity-protected contents" in the description of APK Signature Scheme v2.
    """

    digests: dict[DigestName, _Hex]


class ApkSigner:
    """Signs one APK by its digest, or one bundle by its signature file."""

    def __init__(self, key: AndroidKey, bench: ToolBench, *, is_bundle: bool) -> None:
        """Sign with a key; what is signed is laid down on the bench."""
        self.signed_by: SignedBy = key.signed_by
        self._key = key
        self._bench = bench
        self._unsigned = {SIGNATURE_FILE if is_bundle else DIGEST}

    def sign(self, files: Sequence[Member], *, title: str) -> list[Member]:  # noqa: ARG002 - as all
        """The signature of one file.

        Raises:
            ValueError: It is none that is signed here, or was signed before.
        """
        (file,) = files
        try:
            self._unsigned.remove(file.path)  # of two that ask at the same time, one fails
        except KeyError:
            raise ValueError(f"{file.path!r} is not signed, or not twice") from None
        if file.path == DIGEST:
            return [self._answer(BLOCK, self._block(_content(file, MOST_DIGEST_BYTES)))]
        pair = self._key.newest
        content = _content(file, MOST_SIGNATURE_FILE_BYTES)
        if not content.startswith(BEGINS):
            raise ValueError("no signature file begins so")
        path = SIGNATURE_FILE.removesuffix("SF") + pair.family
        return [self._answer(path, jar_signature(pair, content))]

    def _block(self, document: bytes) -> bytes:
        given = msgspec.json.decode(document, type=ApkDigest).digests
        digests = {name: bytes.fromhex(text) for name, text in given.items()}
        sizes = {name: len(digest) for name, digest in digests.items()}
        if sizes != {name: _SIZES[name] for name in self.signed_by.digests}:
            raise ValueError("other digests than the key's algorithms ask for")
        return signing_block(self._key, digests)

    def _answer(self, path: str, content: bytes) -> Member:
        """On the disk, as files go to the build."""
        file = self._bench.folder / path.rpartition("/")[2]
        file.write_bytes(content)
        return read_member(file, path)


_SIZES: Final[dict[DigestName, int]] = {"sha256": 32, "sha512": 64}


def _content(file: Member, most: int) -> bytes:
    if not 0 < file.size_bytes <= most:
        raise ValueError(f"{file.path} has {file.size_bytes} bytes; {most} are the most")
    with file.open() as source:
        return b"".join(blocks_of(file, source))

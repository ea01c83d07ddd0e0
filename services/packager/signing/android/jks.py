"""``.jks`` is the key store that Java's keytool wrote until version 9, and many still hold.

Source: ``sun.security.provider.JavaKeyStore`` and ``KeyProtector`` of OpenJDK: big-endian, a
digest over the password and all that comes before it; each key under a stream of SHA-1.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from typing import Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key

from services.packager.signing.android.key_pair import KeyPair, UnusableKeyError, key_pair
from services.packager.signing.der import DerError, children, elements, octets

MAGIC: Final = 0xFEEDFEED
VERSIONS: Final = (1, 2)
WHITENER: Final = b"Mighty Aphrodite"  # between the password and what is digested
DIGEST_BYTES: Final = 20
PRIVATE_KEY, CERTIFICATE = 1, 2
PROTECTOR: Final = bytes.fromhex("2b060104012a02110101")  # 1.3.6.1.4.1.42.2.17.1.1


class JksEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it lies in the store, still protected."""

    protected_key: bytes
    chain: tuple[bytes, ...]


def is_jks(data: bytes) -> bool:
    """Whether a file is of this kind, whatever it is called."""
    return data[:4] == MAGIC.to_bytes(4)


def read_jks(data: bytes, password: str) -> dict[str, JksEntry]:
    """The keys of a store by their aliases.

    Raises:
        UnusableKeyError: The file is damaged, or the password is another one's.
    """
    body, digest = data[:-DIGEST_BYTES], data[-DIGEST_BYTES:]
    found = hashlib.sha1(_utf16(password) + WHITENER + body, usedforsecurity=False).digest()
    if not hmac.compare_digest(found, digest):
        raise UnusableKeyError("the password does not open it, or the file is damaged")
    try:
        return _entries(_Reader(body))
    except (struct.error, UnicodeDecodeError) as error:
        raise UnusableKeyError(f"the file is damaged: {error}") from error


def open_entry(entry: JksEntry, password: str) -> KeyPair:
    """The key of an entry, under the password of its own.

    Raises:
        UnusableKeyError: The password is another one's, or the key is of no use.
    """
    try:
        algorithm, protected = children(entry.protected_key)
        kind, hidden = elements(algorithm.content)[0].content, octets(protected)
    except (DerError, ValueError, IndexError) as error:
        raise UnusableKeyError(f"its key cannot be read: {error}") from error
    if kind != PROTECTOR:
        raise UnusableKeyError("its key is protected in a way that keytool never did")
    plain = _unprotected(hidden, _utf16(password))
    try:
        private_key = load_der_private_key(plain, None)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableKeyError(f"its key cannot be read: {error}") from error
    return key_pair(private_key, entry.chain)


def _unprotected(protected: bytes, password: bytes) -> bytes:
    """Salt, the key under a stream that begins with it, and a digest of password and key."""
    stream, rest = protected[:DIGEST_BYTES], protected[DIGEST_BYTES:]
    hidden, check = rest[:-DIGEST_BYTES], rest[-DIGEST_BYTES:]
    pieces = []
    for at in range(0, len(hidden), DIGEST_BYTES):
        stream = hashlib.sha1(password + stream, usedforsecurity=False).digest()
        piece = hidden[at : at + DIGEST_BYTES]
        pieces.append(bytes(a ^ b for a, b in zip(piece, stream, strict=False)))
    plain = b"".join(pieces)
    found = hashlib.sha1(password + plain, usedforsecurity=False).digest()
    if not hmac.compare_digest(found, check):
        message = "the password does not open its key; put the key's own into the file key-password"
        raise UnusableKeyError(message)
    return plain


def _entries(reader: _Reader) -> dict[str, JksEntry]:
    reader.number()  # the magic
    version = reader.number()
    if version not in VERSIONS:
        raise UnusableKeyError(f"it is of version {version}; 1 and 2 are known")
    found: dict[str, JksEntry] = {}
    for _ in range(reader.number()):
        kind, alias = reader.number(), reader.text()
        reader.take(8)  # when it was made
        if kind == PRIVATE_KEY:
            key = reader.block()
            chain = tuple([reader.certificate(version) for _ in range(reader.number())])
            found[alias] = JksEntry(protected_key=key, chain=chain)
        elif kind == CERTIFICATE:
            reader.certificate(version)
        else:
            raise UnusableKeyError(f"it has an entry of the kind {kind}, which nobody knows")
    if reader.left:
        raise UnusableKeyError("it has more in it than it says")
    return found


class _Reader:
    """Takes one field after the other; a length beyond the file is an error before any copy."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise UnusableKeyError("the file is cut off, or a length in it is wrong")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self) -> int:
        return int.from_bytes(self.take(4))

    def block(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        """Java's own UTF-8 has surrogates apart, and a zero in two bytes."""
        data = self.take(int.from_bytes(self.take(2)))
        text = data.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")

    def certificate(self, version: int) -> bytes:
        if version > 1:
            self.text()  # its kind, always X.509
        return self.block()


def _utf16(password: str) -> bytes:
    return password.encode("utf-16-be", "surrogatepass")

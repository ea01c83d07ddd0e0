"""A PKCS #12 store may hold several keys; which of them is meant is told by its alias.

``cryptography`` opens the store's first key alone. The others lie in it, each under the same
password, with their aliases in the clear: they are found here, and decrypted by it.

Source: RFC 7292; the alias is the friendly name (RFC 2985, 5.5.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12KeyAndCertificates,
    load_pkcs12,
)
from cryptography.x509 import InvalidVersion

from services.packager.signing.android.key_pair import (
    KeyPair,
    UnusableKeyError,
    key_pair,
)
from services.packager.signing.der import DerError, Element, children, elements, octets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509

DATA: Final = bytes.fromhex("2a864886f70d010701")  # 1.2.840.113549.1.7.1
PLAIN_KEY: Final = bytes.fromhex("2a864886f70d010c0a0101")  # 1.2.840.113549.1.12.10.1.1
SHROUDED_KEY: Final = bytes.fromhex("2a864886f70d010c0a0102")  # 1.2.840.113549.1.12.10.1.2
FRIENDLY_NAME: Final = bytes.fromhex("2a864886f70d010914")  # 1.2.840.113549.1.9.20
LONGEST_CHAIN: Final = 16


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it lies in the store."""

    alias: str  # "" where it has none
    key: bytes  # PKCS #8, DER
    is_encrypted: bool


class Pkcs12(msgspec.Struct, frozen=True, kw_only=True):
    """An opened store."""

    store: PKCS12KeyAndCertificates
    keys: tuple[StoredKey, ...]  # none where only the store's first one can be found
    password: bytes


def read_pkcs12(data: bytes, password: str) -> Pkcs12:
    """Open a store; the password is proven by the store's own digest.

    Raises:
        UnusableKeyError: It does not open, or is damaged.
    """
    secret = password.encode()
    try:
        store = load_pkcs12(data, secret or None)
    except (ValueError, UnsupportedAlgorithm, InvalidVersion) as error:
        message = "the password does not open it, or the file is damaged"
        raise UnusableKeyError(message) from error
    try:
        keys = tuple(_keys(data))
    except (DerError, IndexError, UnicodeDecodeError):
        keys = ()  # as old Windows writes it, in BER: its first key is opened all the same
    return Pkcs12(store=store, keys=keys, password=secret)


def aliases_of(store: Pkcs12) -> list[str]:
    """The aliases of its keys."""
    if store.keys:
        return [key.alias for key in store.keys]
    if store.store.key is None:
        return []
    own = store.store.cert
    name = own.friendly_name if own is not None else None
    return [(name or b"").decode(errors="replace")]


def open_alias(store: Pkcs12, alias: str) -> KeyPair:
    """The key of an alias, one of :func:`aliases_of`, with the chain of its certificate.

    Raises:
        UnusableKeyError: It cannot be read, or is of no use.
    """
    found = next((key for key in store.keys if key.alias == alias), None)
    if found is None or len(store.keys) == 1:
        return _pair(store, store.store.key)  # decrypted already: once more takes 60 ms
    try:
        secret = store.password if found.is_encrypted else None
        return _pair(store, load_der_private_key(found.key, secret))
    except UnusableKeyError:
        raise
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKeyError(f"its key cannot be read: {error}") from error


def _pair(store: Pkcs12, private_key: object) -> KeyPair:
    found = store.store
    held = ([found.cert] if found.cert else []) + list(found.additional_certs)
    certificates = [each.certificate for each in held]
    return key_pair(private_key, _chain(private_key, certificates))


def _chain(private_key: object, held: Sequence[x509.Certificate]) -> tuple[bytes, ...]:
    """The certificate of the key, and those of its issuers as far as they are there."""
    if not hasattr(private_key, "public_key"):
        raise UnusableKeyError("it holds no key")
    public = private_key.public_key()
    mine = (one for one in held if one.public_key() == public)
    last = next(mine, None)
    chain: list[x509.Certificate] = []
    while last is not None and last not in chain and len(chain) < LONGEST_CHAIN:
        chain.append(last)
        last = next((one for one in held if _issued(one, chain[-1])), None)
    return tuple(one.public_bytes(Encoding.DER) for one in chain)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - another name, another key, a kind that cannot be verified
        return False
    return True


def _keys(data: bytes) -> list[StoredKey]:
    """Keys are never encrypted together, as certificates may be."""
    _, safe, *_ = children(data)
    found = []
    for info in children(_content(safe.content)):
        kind, *rest = elements(info.content)
        if kind.content == DATA and rest:
            bags = children(octets(elements(rest[0].content)[0]))
            found += [key for bag in bags if (key := _key(bag))]
    return found


def _content(info: bytes) -> bytes:
    kind, value, *_ = elements(info)
    if kind.content != DATA:
        raise DerError("a store that is signed, not authenticated by a password")
    return octets(elements(value.content)[0])


def _key(bag: Element) -> StoredKey | None:
    kind, value, *attributes = elements(bag.content)
    if kind.content not in (PLAIN_KEY, SHROUDED_KEY):
        return None
    return StoredKey(
        alias=_friendly_name(attributes),
        key=value.content,
        is_encrypted=kind.content == SHROUDED_KEY,
    )


def _friendly_name(attributes: Sequence[Element]) -> str:
    for attribute in elements(attributes[0].content) if attributes else ():
        kind, values = elements(attribute.content)
        if kind.content == FRIENDLY_NAME:
            return elements(values.content)[0].content.decode("utf-16-be")
    return ""

"""A key store of an operator's is opened: PKCS #12 or Java's older kind, whatever it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.signing.android.jks import is_jks, open_entry, read_jks
from services.packager.signing.android.key_pair import KeyPair, UnusableKeyError
from services.packager.signing.android.pkcs12 import aliases_of, open_alias, read_pkcs12
from services.packager.signing.keys import PASSWORD, KeyBrokenError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.packager.signing.keys import SigningKey

STORES: Final = ("keystore.p12", "keystore.jks")
ALIAS: Final = "alias"
KEY_PASSWORD: Final = "key-password"  # noqa: S105 - a file's name
FILES: Final = (*STORES, PASSWORD, ALIAS, KEY_PASSWORD)
MOST_BYTES: Final = 4 << 20
JCEKS: Final = bytes.fromhex("cececece")


def open_keystore(key: SigningKey) -> KeyPair:
    """The key in a folder's store.

    Raises:
        KeyBrokenError: It is not there, does not open, or is of no use; and what to do.
    """
    path = _store(key)
    try:
        return _opened(
            path, _text(key, PASSWORD) or "", _text(key, KEY_PASSWORD), _text(key, ALIAS)
        )
    except UnusableKeyError as error:
        raise KeyBrokenError(f"the signing key {key.name!r}, {path.name}: {error}") from error


def _store(key: SigningKey) -> Path:
    found = [path for name in STORES if (path := key.file(name))]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"the signing key {key.name!r} has both {' and '.join(STORES)}; remove one"
        raise KeyBrokenError(message)
    raise KeyBrokenError(f"the signing key {key.name!r} has neither {' nor '.join(STORES)}")


def _opened(path: Path, password: str, key_password: str | None, alias: str | None) -> KeyPair:
    if path.stat().st_size > MOST_BYTES:
        raise UnusableKeyError("it is too large for a key store")
    data = path.read_bytes()
    if data.startswith(JCEKS):
        message = (
            "it is of Java's kind JCEKS, which is not read here; convert it with `keytool "
            f"-importkeystore -srckeystore {path.name} -srcstoretype JCEKS -destkeystore "
            f"{STORES[0]} -deststoretype PKCS12`"
        )
        raise UnusableKeyError(message)
    if is_jks(data):
        entries = read_jks(data, password)
        # keytool takes the aliases of this kind for the same whatever their case
        by_alias = {name.lower(): entry for name, entry in entries.items()}
        own = password if key_password is None else key_password
        return open_entry(by_alias[_chosen(list(by_alias), alias and alias.lower())], own)
    if key_password not in (None, password):
        raise UnusableKeyError("it has one password for all; remove the file key-password")
    store = read_pkcs12(data, password)
    return open_alias(store, _chosen(aliases_of(store), alias))


def _chosen(aliases: Sequence[str], wanted: str | None) -> str:
    if not aliases:
        raise UnusableKeyError("it holds no key, certificates at most")
    listed = ", ".join(sorted(aliases))
    if wanted is None and len(aliases) > 1:
        raise UnusableKeyError(f"it holds several keys; name one in the file alias: {listed}")
    if wanted is None:
        return aliases[0]
    same = [alias for alias in aliases if alias.casefold() == wanted.casefold()]
    if len(same) > 1:
        same = [alias for alias in same if alias == wanted]
    if len(same) != 1:
        raise UnusableKeyError(f"it holds no key with the alias {wanted!r}; there are: {listed}")
    return same[0]


def _text(key: SigningKey, name: str) -> str | None:
    """The first line of a file, as people and secrets of Kubernetes write it."""
    path = key.file(name)
    if path is None:
        return None
    try:
        return path.read_bytes().strip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        raise KeyBrokenError(f"the signing key {key.name!r}: {name} is no UTF-8") from error

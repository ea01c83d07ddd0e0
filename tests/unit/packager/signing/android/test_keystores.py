"""Key stores of operators', as keytool and openssl write them, and as they should not be."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.packager.signing.android.jks import read_jks
from services.packager.signing.android.key_pair import UnusableKeyError
from services.packager.signing.android.keystore import open_keystore
from services.packager.signing.android.pkcs12 import read_pkcs12
from services.packager.signing.keys import KeyBrokenError, SigningKey
from tests.signing import PASSWORD, android_key, chained, keystore, keytool, openssl

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.signing.android.key_pair import KeyPair

RSA, EC = "one:RSA:2048", "two:EC:secp256r1"


def _opened(folder: Path) -> KeyPair:
    return open_keystore(SigningKey("studio", folder))


def _names(pair: KeyPair) -> list[str]:
    """Whose certificates are in its chain."""
    found = map(x509.load_der_x509_certificate, pair.chain)
    return [one.subject.rfc4514_string() for one in found]


@pytest.mark.parametrize(("kind", "name"), [("PKCS12", "keystore.jks"), ("JKS", "keystore.p12")])
@pytest.mark.parametrize(
    ("entry", "digest"),
    [
        ("k:RSA:2048", "sha256"),
        ("k:RSA:3072", "sha256"),
        ("k:RSA:4096", "sha512"),
        ("k:EC:secp256r1", "sha256"),
        ("k:EC:secp384r1", "sha512"),
        ("k:EC:secp521r1", "sha512"),
    ],
)
def test_both_kinds_of_stores(
    tmp_path: Path, kind: str, name: str, entry: str, digest: str
) -> None:
    """Whatever a file is called, what is in it counts; the key's size chooses the hash."""
    pair = _opened(android_key(tmp_path, keystore(entry, kind=kind), name=name))
    assert _names(pair) == ["CN=k"]
    assert (pair.family, pair.algorithm.digest) == (entry.split(":")[1], digest)


@pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
@pytest.mark.parametrize(("alias", "family"), [("one", "RSA"), ("two", "EC"), ("TWO", "EC")])
def test_one_of_several_keys(tmp_path: Path, kind: str, alias: str, family: str) -> None:
    """The alias chooses, in whatever case, as for keytool."""
    folder = android_key(tmp_path, keystore(RSA, EC, kind=kind), alias=alias)
    pair = _opened(folder)
    assert (pair.family, _names(pair)) == (family, [f"CN={alias.lower()}"])


@pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
def test_an_alias_is_needed_where_there_are_several(tmp_path: Path, kind: str) -> None:
    """The refusal lists them; so does the one of an alias that is not there."""
    folder = android_key(tmp_path, keystore(RSA, EC, kind=kind))
    with pytest.raises(KeyBrokenError, match="several keys; name one in the file alias: one, two"):
        _opened(folder)
    (folder / "alias").write_text("three\n")
    with pytest.raises(KeyBrokenError, match="no key with the alias 'three'; there are: one, two"):
        _opened(folder)


@pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
def test_a_wrong_password_is_told_apart_from_nothing_secret(tmp_path: Path, kind: str) -> None:
    """The message names key and file, and neither password."""
    folder = android_key(tmp_path, keystore(RSA, kind=kind), password="not this one")
    told = r"'studio', keystore\.p12: the password does not open it"
    with pytest.raises(KeyBrokenError, match=told) as refused:
        _opened(folder)
    assert "not this one" not in str(refused.value)
    (folder / "password").unlink()
    with pytest.raises(KeyBrokenError, match="the password does not open it"):
        _opened(folder)


def test_a_key_with_a_password_of_its_own(tmp_path: Path) -> None:
    """Only the old kind has it; for the other it would have no effect, which is said."""
    store = keystore(RSA, kind="JKS", key_password="another")
    folder = android_key(tmp_path / "jks", store)
    with pytest.raises(KeyBrokenError, match="put the key's own into the file key-password"):
        _opened(folder)
    (folder / "key-password").write_text("another\r\n")
    assert _opened(folder).family == "RSA"
    folder = android_key(tmp_path / "p12", keystore(RSA), key_password="another")
    with pytest.raises(KeyBrokenError, match="one password for all; remove the file key-password"):
        _opened(folder)
    (folder / "key-password").write_text(PASSWORD)
    assert _opened(folder).family == "RSA"


def test_names_and_passwords_in_any_script(tmp_path: Path) -> None:
    """Java writes UTF-16 for passwords and its own UTF-8 for aliases; no PKCS #12 like these."""
    alias = "schlüssel🎮"
    for kind, password in (("PKCS12", PASSWORD), ("JKS", "pässwörd 🎮")):
        store = keystore(f"{alias}:RSA:2048", RSA, kind=kind, password=password)
        folder = android_key(tmp_path / kind, store, password=password, alias=alias)
        assert _names(_opened(folder)) == [f"CN={alias}"]


def test_a_store_of_openssl_and_its_old_ciphers(tmp_path: Path) -> None:
    """Without an alias, with SHA-1 and triple DES as Windows wrote it, and with a chain."""
    openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Old"),
        *("-keyout", tmp_path / "key.pem", "-out", tmp_path / "own.pem"),
    )
    legacy = ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1")
    for options in ((), legacy):
        openssl(
            *("pkcs12", "-export", *options, "-inkey", tmp_path / "key.pem"),
            *("-in", tmp_path / "own.pem", "-out", tmp_path / "store"),
            *("-passout", f"pass:{PASSWORD}"),
        )
        folder = android_key(tmp_path / "key", (tmp_path / "store").read_bytes())
        assert _names(_opened(folder)) == ["CN=Old"]


@pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
def test_the_chain_goes_along(tmp_path: Path, kind: str) -> None:
    """The key's own certificate first, then its issuers', however the store orders them."""
    pair = _opened(android_key(tmp_path / "key", chained(kind), alias="game"))
    assert _names(pair) == ["CN=game", "CN=middle", "CN=root"]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("k:RSA:1024", "an RSA key of 1024 bits; 2048 to 16384 can be used"),
        ("k:DSA:2048", "neither an RSA nor an EC key"),
        ("k:EC:secp256k1", "its curve is secp256k1; P-256, P-384 and P-521 can be used"),
    ],
)
def test_keys_that_android_verifies_nowhere(tmp_path: Path, entry: str, why: str) -> None:
    """Each is refused with what can be used."""
    if "256k1" in entry:
        openssl("ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", tmp_path / "key.pem")
        openssl(
            *("req", "-x509", "-key", tmp_path / "key.pem", "-subj", "/CN=k"),
            *("-out", tmp_path / "own.pem"),
        )
        openssl(
            *("pkcs12", "-export", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "own.pem"),
            *("-out", tmp_path / "store", "-passout", f"pass:{PASSWORD}"),
        )
        store = (tmp_path / "store").read_bytes()
    else:
        store = keystore(entry)
    with pytest.raises(KeyBrokenError, match=why):
        _opened(android_key(tmp_path / "key", store))


def test_a_store_of_the_third_kind_names_the_way_out(tmp_path: Path) -> None:
    """The line of keytool that is told converts it."""
    folder = android_key(tmp_path, keystore(RSA, kind="JCEKS"), name="keystore.jks")
    with pytest.raises(KeyBrokenError, match="kind JCEKS") as refused:
        _opened(folder)
    line = str(refused.value).split("`")[1].split()
    assert line[0] == "keytool"
    secrets = ("-srcstorepass", PASSWORD, "-deststorepass", PASSWORD, "-noprompt")
    inside = [str(folder / part) if part.startswith("keystore.") else part for part in line[1:]]
    keytool(*inside, *secrets)
    (folder / "keystore.jks").unlink()
    assert _opened(folder).family == "RSA"


def test_a_store_without_a_key_or_without_a_store(tmp_path: Path) -> None:
    """What is missing is said, and what there is too much of."""
    with pytest.raises(KeyBrokenError, match=r"neither keystore\.p12 nor keystore\.jks"):
        _opened(tmp_path)
    whole = android_key(tmp_path / "whole", keystore(RSA))
    every = ("-storepass", PASSWORD, "-noprompt")
    keytool(
        *("-exportcert", "-keystore", whole / "keystore.p12", "-alias", "one", *every),
        *("-file", tmp_path / "own.der"),
    )
    for kind in ("PKCS12", "JKS"):
        store = tmp_path / f"trusted.{kind}"
        keytool(
            *("-importcert", "-keystore", store, "-storetype", kind, "-alias", "one", *every),
            *("-file", tmp_path / "own.der"),
        )
        with pytest.raises(KeyBrokenError, match="no key, certificates at most"):
            _opened(android_key(tmp_path / kind, store.read_bytes()))
    (whole / "keystore.jks").write_bytes(b"")
    with pytest.raises(KeyBrokenError, match=r"both keystore\.p12 and keystore\.jks; remove one"):
        _opened(whole)


def test_a_password_that_is_no_text(tmp_path: Path) -> None:
    """A file of another encoding is named."""
    folder = android_key(tmp_path, keystore(RSA))
    (folder / "password").write_bytes(b"\xff\xfe")
    with pytest.raises(KeyBrokenError, match="password is no UTF-8"):
        _opened(folder)


@pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
def test_a_store_cut_off_anywhere(kind: str) -> None:
    """No piece of it opens, and none raises anything else."""
    store = keystore(RSA, kind=kind)
    read = read_jks if kind == "JKS" else read_pkcs12
    for size in range(0, len(store), 41):
        with pytest.raises(UnusableKeyError):
            read(store[:size], PASSWORD)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200), st.integers(0, 2_000), st.integers(1, 3))
def test_a_store_whose_digest_fits_and_nothing_else(noise: bytes, at: int, version: int) -> None:
    """Whoever knows the password may write lengths of 4 GB: they are read as what they are."""
    body = bytearray(keystore(RSA, kind="JKS")[:-20])
    body[7] = version
    body[at : at + len(noise)] = noise
    digested = PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + body
    digest = hashlib.sha1(digested, usedforsecurity=False).digest()
    try:
        entries = read_jks(bytes(body) + digest, PASSWORD)
    except UnusableKeyError:
        return
    assert all(isinstance(alias, str) for alias in entries)


@pytest.mark.parametrize("count", [1, 1 << 31, (1 << 32) - 1])
def test_huge_counts_and_lengths(count: int) -> None:
    """They are no reason to make room."""
    head = struct.pack(">III", 0xFEEDFEED, 2, count)
    for rest in (b"", struct.pack(">IHQI", 1, 0, 0, count), struct.pack(">IH", 2, 0xFFFF)):
        body = head + rest
        digested = PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + body
        store = body + hashlib.sha1(digested, usedforsecurity=False).digest()
        with pytest.raises(UnusableKeyError, match="cut off, or a length in it is wrong"):
            read_jks(store, PASSWORD)

"""Keys as an operator sets them up, for every platform that signs."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from services.packager.signing.keys import SigningKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    Private = rsa.RSAPrivateKey | dsa.DSAPrivateKey

PASSWORD = "correct horse"
GIVEN = "given"  # name and password of a key on its way into a store
MAC = f"""#!/bin/sh
exec {sys.executable} {Path(__file__).parent}/phones/mac.py "$@"
"""
DETACHED = """#!/bin/sh
sha256sum "$1" | cut -c1-64 > "$1.sig"
"""


def signing_keys(folder: Path | None = None, *, name: str = "studio") -> SigningKeys:
    """One key of that name for each platform, in a new folder."""
    folder = folder or Path(mkdtemp(prefix="aethel-keys-"))
    certificate(folder / "windows" / name)
    certificate(folder / "android" / name, days=10_000, store="keystore.p12")
    program(folder / "linux" / name / "sign", DETACHED)
    program(folder / "macos" / name / "sign", '#!/bin/sh\ntest -d "$1/Contents/MacOS"\n')
    program(folder / "ios" / name / "build", MAC)
    return SigningKeys(folder, timeout_s=600)


def certificate(folder: Path, *, days: int = 30, store: str = "certificate.p12") -> None:
    """A self-signed certificate for code; its chain is itself."""
    folder.mkdir(parents=True)
    key, chain = folder / "key.pem", folder / "chain.pem"
    openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days)),
        *("-subj", "/CN=Test Games", "-addext", "extendedKeyUsage=codeSigning"),
        *("-keyout", key, "-out", chain),
    )
    openssl(
        *("pkcs12", "-export", "-inkey", key, "-in", chain),
        *("-out", folder / store, "-passout", f"pass:{PASSWORD}"),
    )
    key.unlink()
    (folder / "password").write_text(f"{PASSWORD}\n")


def program(path: Path, text: str) -> Path:
    """An operator's own program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o700)
    return path


def openssl(*arguments: str | Path) -> None:
    """The system's own."""
    command: Sequence[str | Path] = ["openssl", *arguments]
    subprocess.run(command, check=True, capture_output=True)


@cache
def keystore(
    *entries: str, kind: str = "PKCS12", password: str = PASSWORD, key_password: str = ""
) -> bytes:
    """A store as keytool writes it; an entry is ``alias:kind of key:size or curve[:days]``."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "store")
        for entry in entries:
            alias, algorithm, size, *days = entry.split(":")
            valid_days = int(days[0]) if days else 20_000
            if algorithm != "EC":  # Java looks for large primes a hundred times as long
                made = _new_key(algorithm, int(size))
                own = _certificate(alias, made, None, valid_days)
                _give(path, kind, alias, (made, own), password=password, key_password=key_password)
                continue
            keytool(
                *("-genkeypair", "-keystore", path, "-storetype", kind, "-storepass", password),
                *("-keypass", key_password or password, "-alias", alias, "-keyalg", algorithm),
                *("-groupname", size, "-dname", f"CN={alias}", "-validity", str(valid_days)),
            )
        return path.read_bytes()


@cache
def chained(kind: str = "PKCS12") -> bytes:
    """A store whose key ``game`` has a certificate by ``middle``, which has one by ``root``."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "store")
        issuers: list[tuple[Private, x509.Certificate]] = []
        for alias in ("root", "middle", "game"):
            made = _new_key("RSA", 2048)
            own = _certificate(alias, made, issuers[0] if issuers else None, 20_000)
            _give(path, kind, alias, (made, own), [certificate for _, certificate in issuers])
            issuers.insert(0, (made, own))
        return path.read_bytes()


def _new_key(algorithm: str, bits: int) -> Private:
    if algorithm == "RSA":
        return rsa.generate_private_key(65_537, bits)
    return dsa.generate_private_key(bits)


def _certificate(
    alias: str, key: Private, issuer: tuple[Private, x509.Certificate] | None, valid_days: int
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, alias)])
    now = datetime.now(UTC)
    by, signing = (issuer[1].subject, issuer[0]) if issuer else (name, key)
    made = x509.CertificateBuilder(by, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=valid_days))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=False)
    return made.sign(signing, SHA256())


def _give(
    store: Path,
    kind: str,
    alias: str,
    pair: tuple[Private, x509.Certificate],
    issuers: Sequence[x509.Certificate] = (),
    *,
    password: str = PASSWORD,
    key_password: str = "",
) -> None:
    """Let keytool take a key and its chain into a store."""
    given = store.with_name("given")
    protection = BestAvailableEncryption(GIVEN.encode())
    given.write_bytes(
        pkcs12.serialize_key_and_certificates(GIVEN.encode(), *pair, issuers, protection)
    )
    keytool(
        *("-importkeystore", "-noprompt", "-srcalias", GIVEN, "-destalias", alias),
        *("-srckeystore", given, "-srcstoretype", "PKCS12", "-srcstorepass", GIVEN),
        *("-destkeystore", store, "-deststoretype", kind, "-deststorepass", password),
        *("-destkeypass", key_password or password),
    )


def android_key(folder: Path, store: bytes, *, name: str = "keystore.p12", **files: str) -> Path:
    """A key of an operator's for Android: a folder with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(store)
    for file, text in {"password": PASSWORD, **files}.items():
        (folder / file.replace("_", "-")).write_text(f"{text}\n")
    return folder


def keytool(*arguments: str | Path) -> None:
    """Java's own tool for key stores."""
    command = ["keytool", "-J-XX:TieredStopAtLevel=1", *arguments]  # too short to compile much
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    subprocess.run(command, check=True, capture_output=True, env=environment)

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
                given = Path(folder, "given")
                given.write_bytes(_given_store(algorithm, alias, int(size), valid_days))
                keytool(
                    *("-importkeystore", "-noprompt", "-srcalias", GIVEN, "-destalias", alias),
                    *("-srckeystore", given, "-srcstoretype", "PKCS12", "-srcstorepass", GIVEN),
                    *("-destkeystore", path, "-deststoretype", kind, "-deststorepass", password),
                    *("-destkeypass", key_password or password),
                )
                continue
            keytool(
                *("-genkeypair", "-keystore", path, "-storetype", kind, "-storepass", password),
                *("-keypass", key_password or password, "-alias", alias, "-keyalg", algorithm),
                *("-groupname", size, "-dname", f"CN={alias}", "-validity", str(valid_days)),
            )
        return path.read_bytes()


def _given_store(algorithm: str, alias: str, bits: int, valid_days: int) -> bytes:
    key = (
        rsa.generate_private_key(65_537, bits)
        if algorithm == "RSA"
        else dsa.generate_private_key(bits)
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, alias)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=valid_days))
    protection = BestAvailableEncryption(GIVEN.encode())
    certificate = made.sign(key, SHA256())
    return pkcs12.serialize_key_and_certificates(GIVEN.encode(), key, certificate, None, protection)


@cache
def chained(kind: str = "PKCS12") -> bytes:
    """A store whose key ``game`` has a certificate by ``middle``, which has one by ``root``."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "store")
        every = ("-keystore", path, "-storetype", kind, "-storepass", PASSWORD)
        made = ("-keyalg", "RSA", "-keysize", "2048", "-keypass", PASSWORD, "-validity", "20000")
        issuers = {"root": None, "middle": "root", "game": "middle"}
        for alias, issuer in issuers.items():
            by = ("-signer", issuer, "-signerkeypass", PASSWORD) if issuer else ()
            named = ("-alias", alias, "-dname", f"CN={alias}", "-ext", "bc:c")
            keytool("-genkeypair", *every, *made, *named, *by)
        return path.read_bytes()


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

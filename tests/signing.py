"""Keys as an operator sets them up, for the three systems."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from services.packager.signing.keys import SigningKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

PASSWORD = "correct horse"
DETACHED = """#!/bin/sh
sha256sum "$1" | cut -c1-64 > "$1.sig"
"""


def signing_keys(folder: Path | None = None, *, name: str = "studio") -> SigningKeys:
    """One key of that name for each system, in a new folder."""
    folder = folder or Path(mkdtemp(prefix="aethel-keys-"))
    certificate(folder / "windows" / name)
    program(folder / "linux" / name / "sign", DETACHED)
    program(folder / "macos" / name / "sign", '#!/bin/sh\ntest -d "$1/Contents/MacOS"\n')
    return SigningKeys(folder, timeout_s=600)


def certificate(folder: Path, *, days: int = 30) -> None:
    """A self-signed certificate for code; its chain is itself."""
    folder.mkdir(parents=True)
    key, chain = folder / "key.pem", folder / "chain.pem"
    _openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days)),
        *("-subj", "/CN=Test Games", "-addext", "extendedKeyUsage=codeSigning"),
        *("-keyout", key, "-out", chain),
    )
    _openssl(
        *("pkcs12", "-export", "-inkey", key, "-in", chain),
        *("-out", folder / "certificate.p12", "-passout", f"pass:{PASSWORD}"),
    )
    key.unlink()
    (folder / "password").write_text(f"{PASSWORD}\n")


def program(path: Path, text: str) -> Path:
    """An operator's own program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o700)
    return path


def _openssl(*arguments: str | Path) -> None:
    command: Sequence[str | Path] = ["openssl", *arguments]
    subprocess.run(command, check=True, capture_output=True)

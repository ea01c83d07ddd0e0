"""Android's own tools, and Java's, that read what was made; none of them made it."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("aapt2", "apksigner", "zipalign", "jarsigner", "keytool")
needs_tools = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in NEEDED),
    reason="needs the Debian packages aapt, apksigner, zipalign and openjdk-17-jdk-headless",
)


def tool(*command: str | Path) -> str:
    """What a tool prints; it has to succeed."""
    done = subprocess.run([*command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def badging(apk: Path) -> dict[str, str]:
    """What ``aapt2`` says of an APK, by the words that its lines begin with."""
    lines = tool("aapt2", "dump", "badging", apk).splitlines()
    return {key: value for key, _, value in (line.partition(":") for line in reversed(lines))}


def binary_of(bundle: Path, folder: Path) -> Path:
    """The APK that ``aapt2`` makes of a bundle's module, so that its protobuf is read by it."""
    proto, binary = folder / "proto.apk", folder / "binary.apk"
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(proto, "w") as target:
        for name in source.namelist():
            if name.startswith(("base/manifest/", "base/res")):
                path = name.removeprefix("base/").removeprefix("manifest/")
                target.writestr(path, source.read(name))
    tool("aapt2", "convert", "--output-format", "binary", "-o", binary, proto)
    return binary


def trusting(certificate: bytes, folder: Path) -> Path:
    """A key store in which Java trusts this one certificate."""
    file, store = folder / "certificate.der", folder / "trust.p12"
    file.write_bytes(certificate)
    tool(
        *("keytool", "-importcert", "-noprompt", "-alias", "ours", "-file", file),
        *("-keystore", store, "-storepass", "changeit", "-storetype", "PKCS12"),
    )
    return store

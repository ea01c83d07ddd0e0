"""An APK as small as one can be, and what signs and verifies it."""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from services.packager.archive.member import Member
from services.packager.signing.android.apk_signer import DIGEST, ApkDigest, ApkSigner
from services.packager.signing.tool import ToolBench

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.signing.android.android_key import AndroidKey

FRAMEWORK = "/usr/share/android-framework-res/framework-res.apk"
CHUNK_BYTES = 1 << 20
END_BYTES = 22
# Done before the JVM's second compiler has paid for itself.
SHORT_LIVED = {
    "apksigner": ("-JXX:TieredStopAtLevel=1", "-JXX:+UseSerialGC"),
    "jarsigner": ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"),
}
MANIFEST = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android"
  package="com.example.game" android:versionCode="1" android:versionName="1.0">
  <uses-sdk android:minSdkVersion="{}" android:targetSdkVersion="36"/>
  <application android:label="Game"/>
</manifest>
"""


@cache
def unsigned_apk(min_sdk: int = 24) -> bytes:
    """What the system's own tool makes of a manifest, with a file that is larger than a chunk."""
    with TemporaryDirectory() as folder:
        manifest, made = Path(folder, "AndroidManifest.xml"), Path(folder, "made.apk")
        manifest.write_text(MANIFEST.format(min_sdk))
        tool("aapt2", "link", "-I", FRAMEWORK, "--manifest", manifest, "-o", made)
        with zipfile.ZipFile(made, "a", zipfile.ZIP_STORED) as archive:
            archive.writestr("assets/film.mp4", bytes(range(256)) * 5_000)
        return made.read_bytes()


def digests_of(apk: bytes, names: tuple[str, ...]) -> dict[str, bytes]:
    """The top digests, as the specification has them."""
    at = _directory_at(apk)
    sections = apk[:at], apk[at:-END_BYTES], apk[-END_BYTES:]
    chunks = [
        section[start : start + CHUNK_BYTES]
        for section in sections
        for start in range(0, len(section), CHUNK_BYTES)
    ]
    return {name: _digest(name, chunks) for name in names}


def sealed(apk: bytes, block: bytes) -> bytes:
    """An APK with a signing block before its directory."""
    at = _directory_at(apk)
    end = apk[-END_BYTES:-6] + struct.pack("<I", at + len(block)) + apk[-2:]
    return apk[:at] + block + apk[at:-END_BYTES] + end


def block_of(key: AndroidKey, apk: bytes, folder: Path) -> bytes:
    """The signing block that a key gives an APK."""
    digests = digests_of(apk, key.signed_by.digests)
    asked = ApkDigest(digests={name: value.hex() for name, value in digests.items()})  # type: ignore[misc]
    return answered(ApkSigner(key, bench(folder), is_bundle=False), DIGEST, asked)


def answered(signer: ApkSigner, path: str, asked: ApkDigest | bytes) -> bytes:
    """What a signer makes of one file."""
    content = asked if isinstance(asked, bytes) else msgspec.json.encode(asked)
    (made,) = signer.sign([Member.of_bytes(path, content)], title="Game")
    with made.open() as file:
        return file.read()


def bench(folder: Path) -> ToolBench:
    """Where signatures are laid down."""
    return ToolBench(launcher=(), folder=folder, timeout_s=60)


def jar(files: Mapping[str, bytes], sections: Mapping[str, bytes]) -> bytes:
    """A JAR of these files; its own come first."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in (*sections.items(), *files.items()):
            archive.writestr(zipfile.ZipInfo(path), data)  # of no time
    return made.getvalue()


def tool(*command: str | Path) -> str:
    """What a program says, once it has ended well."""
    name, *arguments = (str(part) for part in command)
    done = subprocess.run(
        [name, *SHORT_LIVED.get(name, ()), *arguments], check=False, capture_output=True, text=True
    )
    assert not done.returncode, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def _directory_at(apk: bytes) -> int:
    return int(struct.unpack_from("<I", apk, len(apk) - 6)[0])


def _digest(name: str, chunks: list[bytes]) -> bytes:
    parts = [
        hashlib.new(name, b"\xa5" + struct.pack("<I", len(chunk)) + chunk).digest()
        for chunk in chunks
    ]
    return hashlib.new(name, b"\x5a" + struct.pack("<I", len(parts)) + b"".join(parts)).digest()

"""Applications for phones, from a folder to a file that Android's and Apple's own readers take."""

from __future__ import annotations

import json
import plistlib
import re
import subprocess
import zipfile
from typing import TYPE_CHECKING

from cli.commands.options import project_id_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Up

LATEST_SDK = 36


def exported(up: Up, game: Path, out: Path, platform: str, **options: str) -> Path:
    """Push a folder, export it, and give the file that has come."""
    assert up.cli("push", str(game)).returncode == 0
    pairs = (word for pair in options.items() for word in ("--option", "=".join(pair)))
    project = project_id_of(game)
    done = up.cli("export", project, "--platform", platform, *pairs, "-o", str(out))
    assert done.returncode == 0, done.stderr
    (artifact,) = out.iterdir()
    return artifact


def answer(*command: str | Path) -> str:
    """What a tool prints; it must not fail."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def certificates(apk: Path) -> set[str]:
    """SHA-256 of those that have signed, as Android from the oldest version on sees them."""
    told = answer(
        *("apksigner", "verify", "--print-certs", "--min-sdk-version", "24"),
        *("--max-sdk-version", str(LATEST_SDK), apk),
    )
    return set(re.findall(r"certificate SHA-256 digest: ([0-9a-f]{64})", told))


def test_an_android_game_installs_and_is_updated(up: Up, game: Path, tmp_path: Path) -> None:
    """Two versions of one id, the later with the higher code, signed by the project's own key."""
    versions = ("1.2.3", "1.2.10")
    apks = [
        exported(up, game, tmp_path / f"out-{version}", "android", appVersion=version)
        for version in versions
    ]
    told = [answer("aapt2", "dump", "badging", apk) for apk in apks]
    names = [re.findall(r"package: name='(\S+)' versionCode='(\d+)'", text)[0] for text in told]
    assert names[0][0] == names[1][0]
    assert int(names[0][1]) < int(names[1][1])
    assert all("application-label:'Tiny'" in text for text in told)
    assert "native-code" not in "".join(told)
    for apk in apks:
        answer("zipalign", "-c", "4", apk)
    first, second = map(certificates, apks)
    assert first == second
    assert len(first) == 1
    with zipfile.ZipFile(apks[0]) as archive:
        assert archive.read("assets/www/big.bin") == (game / "big.bin").read_bytes()


def test_an_ios_project_comes_with_all_that_builds_it(up: Up, game: Path, tmp_path: Path) -> None:
    """Project, sources, icons, workflow and game, in one folder."""
    artifact = exported(up, game, tmp_path / "out", "ios", bundleId="com.example.tiny")
    with zipfile.ZipFile(artifact) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}
    by_end = {name.rpartition("/")[2]: content for name, content in files.items()}
    assert b"com.example.tiny" in by_end["project.pbxproj"]
    assert plistlib.loads(by_end["Info.plist"])
    assert plistlib.loads(by_end["PrivacyInfo.xcprivacy"])["NSPrivacyTracking"] is False
    (icons,) = (name for name in files if name.endswith("AppIcon.appiconset/Contents.json"))
    folder = icons.removesuffix("Contents.json")
    named = {image["filename"] for image in json.loads(files[icons])["images"]}
    assert {f"{folder}{name}" for name in named} <= files.keys()
    assert any(name.endswith(".github/workflows/ios.yml") for name in files)
    (shipped,) = (content for name, content in files.items() if name.endswith("/www/big.bin"))
    assert shipped == (game / "big.bin").read_bytes()

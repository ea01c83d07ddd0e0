"""Applications for Android, held against the tools that Android and Java bring."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from services.gateway.play.archive.archives import ZIPS
from services.gateway.play.archive.zip_index import find_directory, read_entries
from services.packager.archive.apk import ApkTooLargeError
from services.packager.build.plan import Content
from services.packager.platforms import android
from services.packager.platforms.android import VersionCodeError, check_size
from shared.errors import ProjectError
from tests.applications import config_in, unpacked
from tests.bench.phones import FILE_MB, MAX_RAISED_MB, peak_mb
from tests.contract.exporters.test_exporters import ENGINE
from tests.phones.android_tools import badging, binary_of, needs_tools, tool, trusting
from tests.phones.public_schemas import message_class
from tests.projects import build, build_context, request
from tests.signing import signing_keys

if TYPE_CHECKING:
    from shared.domain.options import Platform
    from tests.projects import Built

ICON = Path(__file__).parents[2] / "samples/firefly/assets/icon.png"
GAME = {
    "index.html": b"<!doctype html><title>Star Courier</title><script src=main.js></script>",
    "main.js": b"navigator.vibrate(20);\n" * 200,
    "assets/icon.png": ICON.read_bytes(),
    "assets/song.ogg": b"OggS" + bytes(4_000),
    "assets/Intro.MP4": bytes(range(256)) * 90,
    "assets/texte/\xe9t\xe9 #1.json": b'{"level": 1}' * 100,
}
NAMES = [
    '"><script>alert(1)</script>',
    "\U0001f680 Spiel \U0001f469\u200d\U0001f680",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "@string/app_name",
    "\\u0041 '&amp; %s \\n",
    "x" * 100,
]
each_format = pytest.mark.parametrize("kind", ["apk", "aab"])


def _built(kind: str = "apk", game: dict[str, bytes] = GAME, **options: Any) -> Built:
    return build(game, request("android", app_icon="assets/icon.png", format=kind, **options))


def _file(folder: Path, built: Built) -> Path:
    path = folder / built.name
    path.write_bytes(built.data)
    return path


@needs_tools
@pytest.mark.parametrize("oldest", [24, 28, 33])
def test_every_android_from_the_oldest_on_takes_the_signature(oldest: int, tmp_path: Path) -> None:
    """For each level there is, whichever scheme it knows."""
    apk = _file(tmp_path, _built(min_sdk_version=oldest))
    for level in range(oldest, 37):
        tool("apksigner", "verify", "--min-sdk-version", str(level), apk)
    said = tool("apksigner", "verify", "-v", "--min-sdk-version", "24", apk)
    assert "(APK Signature Scheme v2): true" in said
    assert "(APK Signature Scheme v3): true" in said


@needs_tools
def test_two_versions_share_a_certificate(tmp_path: Path) -> None:
    """So that the second installs over the first: with the project's own key, and with another."""
    keys = signing_keys(tmp_path / "keys")
    found = []
    own: dict[str, Any] = {}
    for options in (own, {"signing_key": "studio"}):
        for version in ("1.0.0", "1.0.1"):
            asked = request("android", app_version=version, **options)
            apk = _file(tmp_path, build(GAME, asked, keys=keys))
            said = tool("apksigner", "verify", "--print-certs", apk)
            found += re.findall(r"certificate SHA-256 digest: (\w+)", said)
    first, second, third, fourth = found
    assert first == second != third == fourth


@needs_tools
@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_out_right(name: str, tmp_path: Path) -> None:
    """In the package, in the bundle, and for the page."""
    apk = _built(app_name=name)
    assert _label(_file(tmp_path, apk)) == name
    bundle = _file(tmp_path, _built("aab", app_name=name))
    assert _label(binary_of(bundle, tmp_path)) == name
    assert name in config_in(apk).decode() or "\\" in name or '"' in name


def _label(apk: Path) -> str:
    tree = tool("aapt2", "dump", "xmltree", "--file", "AndroidManifest.xml", apk)
    (label,) = re.findall(r':label\(0x01010001\)="(.*)" \(Raw: "', tree)
    return str(label)


@needs_tools
def test_what_is_stored_is_aligned_for_pages_of_any_size(tmp_path: Path) -> None:
    """There is no native library, so four bytes are enough for pages of 16 kB, too."""
    built = _built()
    tool("zipalign", "-c", "-p", "-v", "4", _file(tmp_path, built))
    with zipfile.ZipFile(io.BytesIO(built.data)) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".so")]
        stored = {one.filename: one for one in archive.infolist() if not one.compress_type}
    assert {
        "resources.arsc",
        "assets/www/assets/song.ogg",
        "assets/www/assets/Intro.MP4",
    } <= stored.keys()
    for one in stored.values():
        name, extra = struct.unpack_from("<HH", built.data, one.header_offset + 26)
        assert (one.header_offset + 30 + name + extra) % 4 == 0


@needs_tools
def test_the_system_reads_the_manifest(tmp_path: Path) -> None:
    """What an installer shows and checks, of both forms alike."""
    options: dict[str, Any] = {
        "app_version": "1.2.10-rc.1",
        "bundle_id": "com.example.courier",
        "min_sdk_version": 26,
        "orientation": "portrait",
    }
    package = badging(_file(tmp_path, _built(**options)))
    bundle = badging(binary_of(_file(tmp_path, _built("aab", **options)), tmp_path))
    for said in (package, bundle):
        start = " name='com.example.courier' versionCode='10020100' versionName='1.2.10-rc.1' "
        assert said["package"].startswith(start)
        assert (said["sdkVersion"], said["targetSdkVersion"]) == ("'26'", "'36'")
        assert said["uses-permission"] == " name='android.permission.VIBRATE'"
        assert "application-isGame" in said
        assert "application-debuggable" not in said
    assert "application-debuggable" in badging(
        _file(tmp_path, build(GAME, request("android", "debug")))
    )


@needs_tools
def test_the_table_of_resources_leads_to_the_icons(tmp_path: Path) -> None:
    """Under the application's own name."""
    built = _built(bundle_id="com.example.courier")
    said = tool("aapt2", "dump", "resources", _file(tmp_path, built))
    assert "Package name=com.example.courier id=7f" in said
    named = set(re.findall(r"res/\S+\.(?:png|xml)", said))
    assert named <= unpacked(built).keys()
    assert "res/mipmap-xxxhdpi-v4/ic_launcher_monochrome.png" in named


@needs_tools
def test_a_bundle_is_signed_as_java_signs(tmp_path: Path) -> None:
    """Strictly, for whoever trusts the key; however the archive is read."""
    built = build(
        GAME, request("android", format="aab", signing_key="studio"), keys=signing_keys(tmp_path)
    )
    bundle = _file(tmp_path, built)
    key = tmp_path / "android" / "studio" / "keystore.p12"
    listed = tool(
        *("keytool", "-exportcert", "-rfc", "-keystore", key, "-storepass", "correct horse"),
        *("-alias", "1"),
    )
    store = trusting(listed.encode(), tmp_path)
    said = tool(
        *("jarsigner", "-verify", "-strict", "-keystore", store, "-storepass", "changeit"), bundle
    )
    assert "jar verified." in said
    assert "JarInputStream" not in said


@needs_tools
def test_a_changed_bundle_is_noticed(tmp_path: Path) -> None:
    """The signature covers every file of the game."""
    built = _built("aab")
    damaged = tmp_path / "damaged.aab"
    with zipfile.ZipFile(damaged, "w") as archive:
        for name, data in unpacked(built).items():
            archive.writestr(name, data[::-1] if name.endswith("main.js") else data)
    with pytest.raises(AssertionError, match=r"main\.js"):
        tool("jarsigner", "-verify", damaged)


def test_a_bundle_has_what_play_looks_for() -> None:
    """A base module, and a configuration by the public schema: one package for every device."""
    files = unpacked(_built("aab"))
    assert {
        "META-INF/MANIFEST.MF",
        "base/manifest/AndroidManifest.xml",
        "base/resources.pb",
        "base/dex/classes.dex",
        "base/assets/www/index.html",
        "base/assets/www/aethel-app.json",
    } <= files.keys()
    config = message_class("BundleConfig").FromString(files["BundleConfig.pb"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", config.bundletool.version)
    splits = config.optimizations.splits_config.split_dimension
    assert [(split.value, split.negate) for split in splits] == [(2, True), (3, True)]
    assert "**.[oO][gG][gG]" in config.compression.uncompressed_glob
    assert message_class("XmlNode").FromString(files["base/manifest/AndroidManifest.xml"])


@each_format
def test_the_gateway_lists_what_is_in_it(kind: str) -> None:
    """Both are archives, whatever their systems call them."""
    built = _built(kind)
    directory = find_directory(built.data, len(built.data))
    listed = read_entries(built.data[directory.offset :], directory)
    assert built.plan.content_type in ZIPS
    assert listed.keys() == unpacked(built).keys()


@each_format
def test_the_same_game_gives_the_same_bytes(kind: str) -> None:
    """Signature and all; the order of files and the number of threads shape nothing."""
    first = build(GAME, request("android", format=kind), threads=1).data
    shuffled = dict(reversed(GAME.items()))
    assert build(shuffled, request("android", format=kind), threads=4).data == first


@each_format
def test_more_files_than_a_package_counts_are_refused(kind: str) -> None:
    """Before anything is packed, with the number and the remedy; just fewer are packed."""
    many = {f"data/{n % 97}/{n}.txt": b"x" for n in range(70_000)}
    page = {"index.html": b"<title>Many</title>Many"}
    with pytest.raises(ApkTooLargeError, match=r"65,000 files.*70,\d+ files.*excludePatterns"):
        build({**many, **page}, request("android", format=kind))
    fewer = dict(list(many.items())[:60_000])
    built = build({**fewer, **page}, request("android", format=kind))
    assert len(built.files) == len(built.plan.contents) > 60_000


def test_what_cannot_shrink_is_refused_before_it_is_packed() -> None:
    """Two gigabytes of films, or of anything where nothing is compressed."""
    films = [Content(path=f"{n}.mp4", size_bytes=1 << 30, sha256="0" * 64) for n in range(3)]
    noise = [Content(path=f"{n}.bin", size_bytes=1 << 30, sha256="0" * 64) for n in range(3)]
    with pytest.raises(ApkTooLargeError, match=r"3\.2 GB that does not shrink"):
        check_size(films, request("android"), own_files=9)
    check_size(noise, request("android"), own_files=9)
    with pytest.raises(ApkTooLargeError):
        check_size(noise, request("android", compression="none"), own_files=9)


def test_a_file_that_no_phone_could_read_is_refused() -> None:
    """However well it shrinks: sizes of more than 31 bits would need records that Android lacks."""
    zeros = Content(path="levels/zeros.bin", size_bytes=5 << 30, sha256="0" * 64)
    with pytest.raises(ApkTooLargeError, match=r"levels/zeros\.bin alone has 5\.4 GB.*exclude"):
        check_size([zeros], request("android"), own_files=9)


def test_memory_does_not_grow_with_the_game(tmp_path: Path) -> None:
    """What 300 MB of films add is far less than they are; the benchmark packs a gigabyte."""
    assert peak_mb(tmp_path, 300 // FILE_MB) - peak_mb(tmp_path, 0) < MAX_RAISED_MB


def test_a_version_of_the_game_s_own_that_fits_nowhere_is_refused() -> None:
    """What ``game.json`` says is as much the maker's as an option."""
    game = {**GAME, "game.json": b'{"version": "2026.12.24"}'}
    with pytest.raises(VersionCodeError, match="highest"):
        _built(game=game)


def test_a_project_that_nobody_has_numbered_can_be_tried() -> None:
    """As templates of projects leave it; only for stores it is a matter of concern."""
    game = {**GAME, "game.json": b'{"version": "0.0.0"}'}
    assert not [note for note in _built(game=game).plan.notes if "appVersion" in str(note)]
    asked = request("android", "distribution", signing_key="studio")
    notes = [str(note) for note in build(game, asked, keys=signing_keys()).plan.notes]
    assert any("name a version with appVersion" in note for note in notes)


def test_what_stores_will_say_is_said() -> None:
    """An old target for distribution, a large game, a folder that Play reads as something else."""
    keys = signing_keys()
    asked = request("android", "distribution", target_sdk_version=34, signing_key="studio")
    notes = [str(note) for note in build(GAME, asked, keys=keys).plan.notes]
    assert any("Google Play takes new applications and updates from 36" in note for note in notes)
    odd = {**GAME, "levels#hard/1.json": b"{}"}
    notes = [str(note) for note in _built("aab", odd).plan.notes]
    assert any(note.startswith("levels#hard: Play reads") for note in notes)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"wasm_threads": True}, "wasmThreads: Android's web view gives a page no Shared"),
        ({"min_sdk_version": 40, "target_sdk_version": 40}, "no phone installs it whose"),
        ({"bundle_id": "com.example.game"}, "takes no id that begins with com.example."),
    ],
)
def test_what_helps_nobody_is_said(options: dict[str, Any], told: str) -> None:
    """It was asked for, so it is done; and told."""
    asked = request("android", "distribution", signing_key="studio", **options)
    notes = build(GAME, asked, keys=signing_keys()).plan.notes
    assert any(told in str(note) for note in notes if note.level == "warning")


@pytest.mark.parametrize("platform", ["android", "ios"])
def test_an_id_that_is_for_ever_is_chosen(platform: Platform) -> None:
    """What goes to a store without an id of the maker's is told, with the id that it would have."""
    asked = request(platform, "distribution", signing_key="studio")
    notes = build(GAME, asked, keys=signing_keys()).plan.notes
    (told,) = (note for note in notes if "a store keeps an id for ever" in note.message)
    assert told.level == "warning"
    assert "the application com.aethel.game.p1," in told.message
    assert "choose one with bundleId" in told.message
    own = request(platform, "distribution", signing_key="studio", bundle_id="com.courier.star")
    for asked in (own, request(platform, "release")):
        others = build(GAME, asked, keys=signing_keys())
        assert not [note for note in others.plan.notes if "for ever" in note.message]


def test_a_native_library_is_told() -> None:
    """Checks for pages of 16 kB look at it, and nothing loads it."""
    notes = _built(game={**GAME, "bin/libgame.so": b"\x7fELF", "bin/b.SO": b"\x7fELF"}).plan.notes
    (told,) = (note for note in notes if "native library" in note.message)
    assert told.file == "bin/b.SO"
    assert "and 1 more like it" in told.message
    assert "excludePatterns: **/*.so" in told.message
    assert not [note for note in _built().plan.notes if "native library" in note.message]


@each_format
def test_what_grows_too_large_is_refused_as_it_grows(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows before how far a game shrinks; a bundle becomes a package of the same size."""
    game = {**GAME, "noise.bin": Random(3).randbytes(300_000)}
    fits = len(_built(kind, game).data)
    monkeypatch.setattr("services.packager.archive.apk.MAX_BYTES", fits)
    assert len(_built(kind, game).data) == fits
    monkeypatch.setattr("services.packager.archive.apk.MAX_BYTES", 290_000)
    with pytest.raises(ApkTooLargeError, match="even compressed"):
        _built(kind, game)


def test_a_large_game_is_told_what_play_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as it can be known before it is packed."""
    monkeypatch.setattr(android, "MOST_FOR_PLAY", 100_000)
    notes = [str(note) for note in _built("aab").plan.notes]
    assert any("takes at most 0.1 MB for one download" in note for note in notes)


def test_the_runtime_knows_how_old_a_web_view_may_be() -> None:
    """The player needs a newer one than a page of the maker's own."""
    assert b'"oldestWebView": 98' in config_in(build(ENGINE, request("android")))
    assert b'"oldestWebView": 85' in config_in(_built())


@pytest.mark.parametrize("seed", range(4))
def test_a_hostile_project_shapes_nothing_but_its_game(seed: int) -> None:
    """Files that are damaged, or named like the package's own, lie among the game's."""
    noise = Random(seed)
    game = dict(GAME)
    for path in ("extra.js", "game.json", "META-INF/1.RSA", "AndroidManifest.xml", "classes.dex"):
        game[path] = noise.randbytes(noise.randrange(1, 4_000))
    built = _built(game=game)
    assert built.files["classes.dex"] == game["classes.dex"]
    files = unpacked(built)
    assert files["classes.dex"].startswith(b"dex\n")
    assert not [path for path in files if path.startswith("META-INF/")]


def test_a_broken_picture_is_refused() -> None:
    """As on every platform."""
    with pytest.raises(ProjectError, match="appIcon"):
        _built(game={**GAME, "assets/icon.png": b"\x89PNG\r\n\x1a\n" + bytes(99)})


def test_without_a_game_nothing_is_made() -> None:
    """The error is the maker's to read."""
    with build_context(request("android")) as context, pytest.raises(ProjectError):
        build({}, request("android"), context=context)

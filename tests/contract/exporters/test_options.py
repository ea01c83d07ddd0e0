"""Every option of every platform has an effect or is refused; ``docs/options.md`` says which."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.build.manifest import MANIFEST
from services.packager.build.size_limit import ArtifactTooLargeError, limited
from services.packager.build.strictness import StrictError
from services.packager.web import icons
from shared.domain.options import ExportOptions
from shared.domain.platforms import PLATFORMS, OptionRefusedError, check_options
from shared.domain.video.options import VideoOptions
from tests.contract.exporters import application_checks
from tests.contract.exporters.test_exporters import ENGINE, FILES
from tests.projects import Built, build, request
from tests.signing import signing_keys

if TYPE_CHECKING:
    from services.packager.signing.keys import SigningKeys
    from shared.domain.options import Configuration, Platform

NAMES = {field.encode_name: field.name for field in msgspec.structs.fields(ExportOptions)}
EFFECTS = [(name, option) for name, spec in PLATFORMS.items() for option in spec.effects]
REFUSALS = [(name, option) for name, spec in PLATFORMS.items() for option in spec.refusals]
DOCUMENT = Path(__file__).parents[3] / "docs" / "options.md"


def _app(built: Built) -> dict[str, str]:
    app: dict[str, str] = msgspec.json.decode(built.files[MANIFEST])["app"]
    return app


def _named(_: Built, after: Built) -> bool:
    return _app(after)["name"] == "Äther Läufer" and after.name.startswith("ather-laufer-1.0.0-")


def _versioned(_: Built, after: Built) -> bool:
    return _app(after)["version"] == "2.1.0" and "-2.1.0-" in after.name


def _with_icon(before: Built, after: Built) -> bool:
    return (
        icons.LARGE not in before.files
        and b"icons/icon-512.png" in after.files["manifest.webmanifest"]
        and b'rel="icon" href="favicon.ico"' in after.files["index.html"]
    )


def _without_assets(before: Built, after: Built) -> bool:
    gone = before.files.keys() - after.files.keys()
    return gone == {path for path in FILES if path.startswith("assets/")}


def _without_layers(before: Built, after: Built) -> bool:
    return before.files.keys() - after.files.keys() == {"assets/ship.psd"}


def _filmed(before: Built, after: Built) -> bool:
    names = before.name, after.name
    types = before.plan.content_type, after.plan.content_type
    return (
        names[0].endswith("-video.mp4")
        and names[1].endswith("-video.webm")
        and types == ("video/mp4", "video/webm")
        and before.files.keys() == after.files.keys()
    )


def _stored(before: Built, after: Built) -> bool:
    return (
        before.methods == {0, 8}
        and after.methods == {0}
        and before.files.keys() == after.files.keys()
    )


def _fast(before: Built, after: Built) -> bool:
    return after.methods == {0, 8} and len(after.data) > len(before.data)


def _with_maps(before: Built, after: Built) -> bool:
    return after.files.keys() - before.files.keys() == {"js/main.js.map"}


def _of_folder(before: Built, after: Built) -> bool:
    return (
        b"Built" in after.files["index.html"] and "js/main.js" in before.files.keys() - after.files
    )


def _isolated(before: Built, after: Built) -> bool:
    header = b"Cross-Origin-Embedder-Policy: require-corp"
    return header not in before.files["_headers"] and header in after.files["_headers"]


def _optimized(before: Built, after: Built) -> bool:
    boot = msgspec.json.decode(after.files["aethel.json"])
    shipped = boot["files"]["assets/ship.png"]["url"]
    return (
        shipped == "assets/ship.png.webp"
        and "assets/ship.png" not in after.files
        and len(after.files[shipped]) < len(before.files["assets/ship.png"])
    )


Check = Callable[[Built, Built], bool]
CHECKS: dict[str, list[tuple[Any, Check]]] = {
    "appName": [("Äther Läufer", _named)],
    "appVersion": [("2.1.0", _versioned)],
    "appIcon": [("assets/ship.png", _with_icon)],
    "includeAssets": [(False, _without_assets)],
    "excludePatterns": [(("**/*.psd",), _without_layers)],
    "compression": [("none", _stored), ("lz4", _fast)],
    "includeDebugSymbols": [(True, _with_maps)],
    "outputDir": [("export/site", _of_folder)],
    "wasmThreads": [(True, _isolated)],
    "optimize": [("lossless", _optimized), ("balanced", _optimized)],
    "video": [(VideoOptions(container="webm"), _filmed)],
}
BUILT = {**FILES, "export/site/index.html": b"<!doctype html><title>Built</title>Built"}
PROJECTS = {"optimize": ENGINE, "outputDir": BUILT}  # where another one shows the effect
REFUSED: dict[str, Any] = {
    "compression": "none",
    "appIcon": "assets/ship.png",
    "architecture": "x64",
    "bundleId": "com.example.game",
    "includeDebugSymbols": True,
    "minSdkVersion": 24,
    "optimize": "lossless",
    "orientation": "landscape",
    "outputDir": "dist",
    "signingKey": "key-name",
    "strict": True,
    "targetSdkVersion": 35,
    "video": VideoOptions(duration_s=10),
    "wasmThreads": True,
    "webglVersion": "webgpu",
}


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_every_option_is_accounted_for(platform: Platform) -> None:
    """Each has an effect or a refusal, and never both."""
    spec = PLATFORMS[platform]
    assert sorted([*spec.effects, *spec.refusals]) == sorted(NAMES)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    """A key called studio for every system."""
    return signing_keys(tmp_path_factory.mktemp("keys"))


@cache
def _built_as_it_is(platform: Platform, project: str) -> Built:
    """What a project gives where no option is said."""
    return build(PROJECTS.get(project, FILES), request(platform))


OF_THEIR_OWN = {"format", "maxBytes", "strict"}  # their tests are below


@pytest.mark.parametrize(
    ("platform", "option"), [(p, o) for p, o in EFFECTS if o not in OF_THEIR_OWN]
)
def test_an_option_has_its_effect(platform: Platform, option: str, keys: SigningKeys) -> None:
    """The artifact shows that the option was honoured."""
    files = PROJECTS.get(option, FILES)
    before = _built_as_it_is(platform, option if option in PROJECTS else "")
    checks = application_checks.CHECKS if before.plan.application else {}
    for value, shows in checks.get((platform, option)) or checks.get(option) or CHECKS[option]:
        asked = {NAMES[option]: value, **application_checks.BESIDE.get((platform, option), {})}
        after = build(files, request(platform, **asked), keys=keys)
        assert shows(before, after), value


@pytest.mark.parametrize("platform", sorted({*PLATFORMS} - {"source"}))
def test_strict_allows_no_warnings(platform: Platform) -> None:
    """All of them are in the error; what has none is exported as ever."""
    odd = FILES | {"index.html": FILES["index.html"] + b'\n<img src="/gone.png">'}
    warnings = [note for note in build(odd, request(platform)).plan.notes if note.level != "info"]
    assert warnings
    with pytest.raises(StrictError) as caught:
        build(odd, request(platform, strict=True))
    assert all(str(warning) in str(caught.value) for warning in warnings)
    build(FILES, request(platform, strict=True))


@pytest.mark.parametrize("platform", sorted({*PLATFORMS} - {"video"}))
def test_an_artifact_is_no_larger_than_it_may_be(platform: Platform) -> None:
    """The manifest holds the limit, so the artifact is not quite what it is without one."""
    size = len(build(FILES, request(platform)).data)
    assert len(build(FILES, request(platform, max_bytes=2 * size)).data) <= 2 * size
    with pytest.raises(ArtifactTooLargeError, match=f"{size // 2:,} bytes"):
        build(FILES, request(platform, max_bytes=size // 2))


def test_what_is_filmed_may_be_larger_than_the_film() -> None:
    """The limit is the film's; the site is a step on the way to it, and only stored."""
    film = VideoOptions(duration_s=1, width=64, height=64, audio_codec=None)
    site = build(FILES, request("video", video=film, max_bytes=100_000))
    assert len(site.data) > 1_000_000
    assert site.methods == {0}
    with pytest.raises(OptionRefusedError) as caught:
        check_options("video", "release", ExportOptions(max_bytes=1_000))
    ((path, reason),) = caught.value.details
    assert path == "options.maxBytes"
    assert "s would fit" in reason


def test_the_last_byte_counts() -> None:
    """A limit is met by what is just as large, and by nothing larger."""
    sent: list[bytes] = []
    send = limited(lambda part: sent.append(bytes(part)), 10)
    send(b"12345")
    send(b"67890")
    with pytest.raises(ArtifactTooLargeError):
        send(b"1")
    assert b"".join(sent) == b"1234567890"


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_only_offered_formats_are_taken(platform: Platform) -> None:
    """The format is one of the list, and the refusal shows the list."""
    for offered in ("", *PLATFORMS[platform].formats):
        check_options(platform, "release", ExportOptions(format=offered))
    with pytest.raises(OptionRefusedError) as caught:
        check_options(platform, "release", ExportOptions(format="rar"))
    offers = f"{platform} offers: {', '.join(PLATFORMS[platform].formats)}"
    assert caught.value.details == (("options.format", offers),)


@pytest.mark.parametrize(("platform", "option"), REFUSALS)
def test_an_option_without_effect_is_refused(platform: Platform, option: str) -> None:
    """Nothing is silently ignored: the refusal names the option and why."""
    with pytest.raises(OptionRefusedError) as caught:
        check_options(platform, "release", ExportOptions(**{NAMES[option]: REFUSED[option]}))
    ((path, reason),) = caught.value.details
    assert path == f"options.{option}"
    assert PLATFORMS[platform].refusals[option] in reason


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("app_version", "2026.1"),
        ("bundle_id", "com.my-studio.game"),
        ("min_sdk_version", 23),
        ("target_sdk_version", 23),
    ],
)
def test_android_takes_not_every_value(option: str, value: Any) -> None:
    """The gateway refuses it before anything is queued, with the remedy."""
    with pytest.raises(OptionRefusedError) as caught:
        check_options("android", "release", ExportOptions(**{option: value}))
    ((path, _),) = caught.value.details
    assert NAMES[path.removeprefix("options.")] == option


@pytest.mark.parametrize(
    ("option", "value"),
    [("app_version", "123456789.123456789.1"), ("bundle_id", "com.my_studio.game")],
)
def test_apple_takes_not_every_value(option: str, value: Any) -> None:
    """Likewise."""
    with pytest.raises(OptionRefusedError, match="ios") as caught:
        check_options("ios", "release", ExportOptions(**{option: value}))
    ((path, reason),) = caught.value.details
    assert NAMES[path.removeprefix("options.")] == option
    assert "Apple takes" in reason


@pytest.mark.parametrize("platform", ["linux", "windows"])
def test_only_offered_architectures_are_taken(platform: Platform) -> None:
    """Only macOS puts programs for two machines into one file."""
    with pytest.raises(OptionRefusedError) as caught:
        check_options(platform, "release", ExportOptions(architecture="universal"))
    assert caught.value.details == (("options.architecture", f"{platform} offers: x64, arm64"),)


@pytest.mark.parametrize(
    ("configuration", "key"), [("distribution", ""), ("release", "studio"), ("debug", "studio")]
)
def test_no_signature_is_asked_for_in_vain(configuration: Configuration, key: str) -> None:
    """An AppImage has no place for one; the refusal names the format that has."""
    options = ExportOptions(format="appimage", signing_key=key)
    with pytest.raises(OptionRefusedError) as caught:
        check_options("linux", configuration, options)
    ((path, reason),) = caught.value.details
    assert path == "options.format"
    assert reason.endswith("choose tar.gz")
    check_options("linux", "release", ExportOptions(format="appimage"))


def test_debug_keeps_source_maps() -> None:
    """A debug build of the web is for debugging."""
    assert "js/main.js.map" in build(FILES, request("web", "debug")).files
    assert "js/main.js.map" not in build(FILES, request("web", "distribution")).files


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_the_document_says_the_same(platform: Platform) -> None:
    """``docs/options.md`` holds the table that the code acts on."""
    spec = PLATFORMS[platform]
    lines = DOCUMENT.read_text().partition(f"## `{platform}`")[2].partition("\n## ")[0].splitlines()
    rows = [f"| `{option}` | {effect} |" for option, effect in spec.effects.items()]
    rows += [f"| `{option}` | refused: {reason} |" for option, reason in spec.refusals.items()]
    assert [line for line in lines if line.startswith("| `")] == sorted(rows)

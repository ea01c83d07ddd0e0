"""The Xcode project of an export, read by tools that did not make it; no Mac is here."""

from __future__ import annotations

import io
import json
import plistlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest
import yaml
from pbxproj import XcodeProject  # type: ignore[import-untyped]
from PIL import Image

from services.packager.archive.member import Member
from services.packager.build.integrity import SelfCheckError
from services.packager.build.plan import Content
from services.packager.platforms.ios.checks import (
    GameTooLargeError,
    NamesCollideError,
    check_contents,
)
from services.packager.platforms.ios.identity import BundleIdError, IosIdentity, VersionTooLongError
from services.packager.platforms.ios.verify import check_ipa, check_project
from services.packager.signing.keys import KeyBrokenError, SigningKeys
from shared.domain.signing_policy import SigningRequiredError
from tests.applications import unpacked
from tests.projects import Built, build, request
from tests.signing import program, signing_keys

if TYPE_CHECKING:
    from shared.domain.options import Configuration, Orientation

READER: Final = Path(__file__).parent / "xcode"
BIN: Final = Path(sys.executable).parent
FILES: Final = {
    "index.html": b"<!doctype html><title>Star Courier</title><p>here",
    "level.json": b"{}",
    "sound/song.m4a": bytes(range(256)) * 50,
}
TITLES: Final = {
    "plain": "Star Courier",
    "markup": "\"><script>alert('x')</script> & <b>",
    "shell": "`id` $(id) ${HOME} ; rm -rf /",
    "workflow": "${{ secrets.GITHUB_TOKEN }} @@NAME@@",
    "ruby": '#{exit} "quote" \\ %x(id)',
    "emoji": "👩🏽\u200d🚀 Stars",
    "long": "A" * 100,
    "right to left": "משחק لعبة",
    "digits": "2048",
    "markdown": "# [a](b) *c* _d_ ~e~",
    "strings": '"; "CFBundleName" = "other',
    "comment": "/* */ // {};",
    "newline": "two\nlines",
}
each_title = pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)


@pytest.fixture(scope="module")
def built() -> Built:
    """An export with nothing special."""
    return build(FILES, request("ios", app_version="1.2.3"))


def files_of(built: Built) -> dict[str, bytes]:
    """The files of the project, by their path in its one folder."""
    files = unpacked(built)
    (folder,) = {path.partition("/")[0] for path in files}
    return {path.removeprefix(f"{folder}/"): data for path, data in files.items()}


def written(built: Built, folder: Path) -> Path:
    """The project on the disk, as `unzip` leaves it."""
    archive = folder / "game.zip"
    archive.write_bytes(built.data)
    subprocess.run(["unzip", "-q", archive, "-d", folder / "out"], check=True)
    (project,) = (folder / "out").iterdir()
    return project


def pbxproj_of(project: Path) -> Path:
    """The one project file."""
    (path,) = project.glob("*.xcodeproj/project.pbxproj")
    return path


def _xml(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314 - written by ourselves


@pytest.fixture(scope="session")
def xcode_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package `xcode`, as its lock file says."""
    folder = tmp_path_factory.mktemp("reader") / "xcode"
    shutil.copytree(READER, folder, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "read.mjs"


def read_by_npm(reader: Path, path: Path) -> dict[str, Any]:
    """What that package finds in a project."""
    result = subprocess.run(["node", reader, path], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_another_parser_finds_the_target_and_every_file(
    built: Built, xcode_reader: Path, tmp_path: Path
) -> None:
    """Sources, resources, the game as one folder; each file is where it says."""
    project = written(built, tmp_path)
    found = read_by_npm(xcode_reader, pbxproj_of(project))
    assert found["target"] == found["product"] == "star-courier"
    swift = sorted(path.name for path in (project / "App").glob("*.swift"))
    assert found["sources"] == [f"{name} in Sources" for name in swift]
    assert found["resources"] == [
        f"{name} in Resources"
        for name in (
            *("Assets.xcassets", "PrivacyInfo.xcprivacy", "phone.js", "runtime.js"),
            *("InfoPlist.strings", "Localizable.strings", "www"),
        )
    ]
    for path in found["files"]:
        there = (project / path).exists() or (project / "App" / path).exists()
        assert there or path == "star-courier.app", path


def test_a_third_parser_agrees(built: Built, tmp_path: Path) -> None:
    """PyPI's `pbxproj` reads the settings, and writes what it has read."""
    path = pbxproj_of(written(built, tmp_path))
    project = XcodeProject.load(str(path))
    (target,) = project.objects.get_targets()
    assert target.name == "star-courier"
    assert target.productType == "com.apple.product-type.application"
    settings = {
        configuration.name: configuration.buildSettings
        for configuration in project.objects.get_configurations_on_targets(target_name=None)
    }
    assert settings.keys() == {"Debug", "Release"}
    for one in settings.values():
        assert one["PRODUCT_BUNDLE_IDENTIFIER"] == "com.aethel.game.p1"
        assert one["MARKETING_VERSION"] == one["CURRENT_PROJECT_VERSION"] == "1.2.3"
        assert (one["CODE_SIGN_STYLE"], one["DEVELOPMENT_TEAM"]) == ("Automatic", "")
        assert one["TARGETED_DEVICE_FAMILY"] == "1,2"
    (www,) = project.get_files_by_name("www")
    assert (www.lastKnownFileType, www.sourceTree) == ("folder", "<group>")
    project.save()
    assert len(XcodeProject.load(str(path)).objects.get_keys()) == len(project.objects.get_keys())


def test_every_reference_leads_to_an_object(built: Built) -> None:
    """No id dangles, none stands for two objects, each section is sorted as Xcode has it."""
    text = files_of(built)["star-courier.xcodeproj/project.pbxproj"].decode()
    defined = re.findall(r"^\t\t([0-9A-F]{24})(?: /\*.*\*/)? = \{", text, re.MULTILINE)
    assert len(defined) == len(set(defined))
    assert set(re.findall(r"\b[0-9A-F]{24}\b", text)) == set(defined)
    sections = re.findall(r"/\* Begin (\w+) section", text)
    assert sections == sorted(sections)
    scheme = files_of(built)["star-courier.xcodeproj/xcshareddata/xcschemes/star-courier.xcscheme"]
    blueprints = {
        node.attrib["BlueprintIdentifier"] for node in _xml(scheme).iter("BuildableReference")
    }
    (target,) = re.findall(r"([0-9A-F]{24}) /\* star-courier \*/ = \{\n\t\t\tisa = PBXNative", text)
    assert blueprints == {target}


def test_what_the_system_knows_before_the_start(built: Built) -> None:
    """Settings of Xcode where they belong, no maker's text where Xcode looks for settings."""
    info = plistlib.loads(files_of(built)["App/Info.plist"])
    assert info["CFBundleIdentifier"] == "$(PRODUCT_BUNDLE_IDENTIFIER)"
    assert info["CFBundleDisplayName"] == "Star Courier"
    assert info["UIStatusBarHidden"]
    assert info["UIRequiresFullScreen"]
    assert info["ITSAppUsesNonExemptEncryption"] is False
    assert info["LSApplicationCategoryType"] == "public.app-category.games"
    assert info["CFBundleLocalizations"] == ["en", "pt-BR"]
    assert not any(key.startswith("NS") for key in info)  # no permission that a game may not need
    assert "UIBackgroundModes" not in info  # sound stops in the background
    (scene,) = info["UIApplicationSceneManifest"]["UISceneConfigurations"][
        "UIWindowSceneSessionRoleApplication"
    ]
    module, _, name = scene["UISceneDelegateClassName"].partition(".")
    files = files_of(built)
    assert (
        f"PRODUCT_MODULE_NAME = {module};".encode()
        in files["star-courier.xcodeproj/project.pbxproj"]
    )
    assert f"final class {name}:".encode() in files[f"App/{name}.swift"]


@pytest.mark.parametrize(
    "page",
    [
        b'<input accept="image/*" type=file>',
        b"<script>const box = document.createElement('input'); box.type = 'file'</script>",
        b"<script>box.setAttribute('type', 'file'); box.click()</script>",
        b"<script>h('input', {type: `file`})</script>",
    ],
)
def test_a_button_for_files_says_why_there_is_a_camera(page: bytes) -> None:
    """Without a reason, iOS ends an application whose player takes a picture."""
    made = build(FILES | {"index.html": FILES["index.html"] + b"\n" + page}, request("ios"))
    files = files_of(made)
    keys = {"NSCameraUsageDescription", "NSMicrophoneUsageDescription"}
    info = plistlib.loads(files["App/Info.plist"])
    english = _strings(files["App/en.lproj/InfoPlist.strings"].decode())
    portuguese = _strings(files["App/pt-BR.lproj/InfoPlist.strings"].decode())
    assert {key for key in info if key.startswith("NS")} == keys
    assert all(info[key] == english[key] != portuguese[key] for key in keys)
    (told,) = (note for note in made.plan.notes if "camera" in note.message)
    assert (told.file, told.line) == ("index.html", 2)


def test_an_address_in_the_clear_is_told() -> None:
    """App Transport Security does not load it."""
    page = FILES["index.html"] + b"<script>fetch('http://api.example.com/')</script>"
    notes = build(FILES | {"index.html": page}, request("ios")).plan.notes
    assert [note.level for note in notes if "not encrypted" in note.message] == ["warning"]


@pytest.mark.parametrize(
    ("orientation", "phone", "pad"),
    [
        ("any", {"Portrait", "LandscapeLeft", "LandscapeRight"}, 4),
        ("landscape", {"LandscapeLeft", "LandscapeRight"}, 2),
        ("portrait", {"Portrait"}, 2),
    ],
)
def test_the_screen_turns_as_asked(orientation: Orientation, phone: set[str], pad: int) -> None:
    """An iPad is held either way up."""
    info = plistlib.loads(
        files_of(build(FILES, request("ios", orientation=orientation)))["App/Info.plist"]
    )
    prefix = "UIInterfaceOrientation"
    found = {name.removeprefix(prefix) for name in info["UISupportedInterfaceOrientations"]}
    assert found == phone
    assert len(info["UISupportedInterfaceOrientations~ipad"]) == pad


def test_privacy(built: Built) -> None:
    """Nobody is tracked, nothing collected; the sources use no API that asks for a reason."""
    files = files_of(built)
    privacy = plistlib.loads(files["App/PrivacyInfo.xcprivacy"])
    assert privacy == {
        "NSPrivacyTracking": False,
        "NSPrivacyTrackingDomains": [],
        "NSPrivacyCollectedDataTypes": [],
        "NSPrivacyAccessedAPITypes": [],
    }
    swift = b"".join(data for path, data in files.items() if path.endswith(".swift"))
    asking = rb"UserDefaults|creationDate|modificationDate|ModificationDateKey|CreationDateKey"
    asking += rb"|systemUptime|mach_absolute_time|volumeAvailableCapacity|systemFreeSize|\bstat\("
    asking += rb"|getattrlist|activeInputModes"
    assert not re.search(asking, swift)


def test_icons(built: Built) -> None:
    """Every size that Apple asks for, as many pixels as it says, none of them with holes."""
    files = files_of(built)
    folder = "App/Assets.xcassets/AppIcon.appiconset/"
    images = json.loads(files[f"{folder}Contents.json"])["images"]
    wanted = {
        *(("iphone", size, scale) for size in ("20", "29", "40", "60") for scale in ("2x", "3x")),
        *(("ipad", size, scale) for size in ("20", "29", "40", "76") for scale in ("1x", "2x")),
        ("ipad", "83.5", "2x"),
        ("ios-marketing", "1024", "1x"),
    }
    found = {(one["idiom"], one["size"].partition("x")[0], one["scale"]) for one in images}
    assert found == wanted
    for image in images:
        edge = round(float(image["size"].partition("x")[0]) * int(image["scale"][0]))
        with Image.open(io.BytesIO(files[folder + image["filename"]])) as icon:
            icon.load()
            assert icon.size == (edge, edge), image
            assert icon.mode == "RGB"
            assert "transparency" not in icon.info
    named = {image["filename"] for image in images} | {"Contents.json"}
    assert named == {path.removeprefix(folder) for path in files if path.startswith(folder)}


def test_the_launch_screen_is_there(built: Built) -> None:
    """A colour and a picture of the catalogue, in three scales."""
    files = files_of(built)
    launch = plistlib.loads(files["App/Info.plist"])["UILaunchScreen"]
    catalog = "App/Assets.xcassets/"
    color = json.loads(files[f"{catalog}{launch['UIColorName']}.colorset/Contents.json"])
    assert color["colors"][0]["color"]["components"]["red"] == "0x26"
    folder = f"{catalog}{launch['UIImageName']}.imageset/"
    for image in json.loads(files[f"{folder}Contents.json"])["images"]:
        with Image.open(io.BytesIO(files[folder + image["filename"]])) as picture:
            assert picture.width == 128 * int(image["scale"][0])


@pytest.mark.parametrize(
    ("configuration", "method", "archived"),
    [
        ("debug", "debugging", "Debug"),
        ("release", "release-testing", "Release"),
        ("distribution", "app-store-connect", "Release"),
    ],
)
def test_each_configuration_is_signed_for_its_own(
    configuration: Configuration, method: str, archived: str
) -> None:
    """In Xcode's own words; no key is needed, as the maker signs."""
    files = files_of(build(FILES, request("ios", configuration)))
    assert plistlib.loads(files["ExportOptions.plist"])["method"] == method
    for path, data in files.items():
        if path.startswith("ExportOptions/"):
            assert path == f"ExportOptions/{plistlib.loads(data)['method']}.plist"
    (scheme,) = (data for path, data in files.items() if path.endswith(".xcscheme"))
    (action,) = _xml(scheme).iter("ArchiveAction")
    assert action.attrib["buildConfiguration"] == archived
    config = json.loads(files["www/aethel-app.json"])
    assert config["debug"] is (configuration == "debug")


@each_title
def test_a_title_comes_out_right_everywhere(title: str, xcode_reader: Path, tmp_path: Path) -> None:
    """On the home screen, in the README, and nowhere that a tool would take it for its own."""
    made = build(FILES, request("ios", app_name=title))
    project = written(made, tmp_path)
    files = files_of(made)
    shown = " ".join(title.split())
    assert re.fullmatch(r"[a-z0-9-]+", project.name)
    for language in ("en", "pt-BR"):
        strings = files[f"App/{language}.lproj/InfoPlist.strings"].decode()
        assert _strings(strings) == {"CFBundleDisplayName": shown, "CFBundleName": shown}
    literal = plistlib.loads(files["App/Info.plist"])["CFBundleDisplayName"]
    assert literal == (project.name if "$" in shown else shown)
    assert json.loads(files["www/aethel-app.json"])["title"] == shown
    heading = files["README.md"].decode().splitlines()[0].removeprefix("# ")
    assert re.sub(r"\\(.)", r"\1", heading) == shown
    assert not re.search(r"(?<!\\)[<>`\[*_&$]", heading)
    others = {path: data for path, data in files.items() if not path.startswith(("www/", "App/"))}
    for path, data in others.items():
        assert path == "README.md" or title == "2048" or shown.encode() not in data, path
    found = read_by_npm(xcode_reader, pbxproj_of(project))
    assert found["target"] == project.name
    workflow = yaml.safe_load(files[".github/workflows/ios.yml"])
    assert workflow["env"] == {"NAME": project.name, "BUNDLE_ID": "com.aethel.game.p1"}


def _strings(text: str) -> dict[str, str]:
    """A table of words, read as Foundation reads it."""
    string = r'"((?:[^"\\]|\\.)*)"'
    assert re.fullmatch(rf"(?:{string} = {string};\n)*", text)
    return {
        re.sub(r"\\(.)", r"\1", key): re.sub(r"\\(.)", r"\1", value)
        for key, value in re.findall(rf"{string} = {string};\n", text)
    }


@pytest.mark.parametrize("title", ["2048", TITLES["workflow"]])
def test_the_workflow_is_safe(title: str, tmp_path: Path) -> None:
    """Nothing is found in it by actionlint and zizmor; no secret is in a command."""
    files = files_of(build(FILES, request("ios", "distribution", app_name=title)))
    path = tmp_path / ".github" / "workflows" / "ios.yml"
    path.parent.mkdir(parents=True)
    path.write_bytes(files[".github/workflows/ios.yml"])
    environment = {"PATH": f"{BIN}:/usr/bin:/bin"}
    subprocess.run([BIN / "actionlint", path], check=True, env=environment)
    subprocess.run([BIN / "zizmor", "--offline", "--quiet", tmp_path], check=True, env=environment)
    workflow = yaml.safe_load(path.read_bytes())
    simulator = workflow["jobs"]["simulator"]
    assert "secrets." not in json.dumps(simulator)
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert "secrets." not in step.get("run", "")
            assert "${{" not in step.get("run", "")
            assert "uses" not in step or re.search(r"@[0-9a-f]{40}$", step["uses"])
    assert workflow["jobs"]["ipa"]["steps"][-1]["if"] == "always()"


def _program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    "listed", ['  1) 0123ABCD "Apple Distribution"', "     0 valid identities"]
)
def test_the_workflow_says_what_a_certificate_lacks(listed: str, tmp_path: Path) -> None:
    """One that does not sign is told by its secret's name, in place of Xcode's own words."""
    workflow = yaml.safe_load(files_of(build(FILES, request("ios")))[".github/workflows/ios.yml"])
    (script,) = (
        step["run"] for step in workflow["jobs"]["ipa"]["steps"] if "CERTIFICATE_P12" in str(step)
    )
    tools = tmp_path / "bin"
    _program(tools / "security", f"case $1 in find-identity) echo '{listed}';; cms) echo x;; esac")
    _program(tools / "PlistBuddy", "echo 0001")
    script = script.replace("/usr/libexec/PlistBuddy", "PlistBuddy")
    said = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env={
            "PATH": f"{tools}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_ENV": str(tmp_path / "environment"),
            **dict.fromkeys(("CERTIFICATE_P12", "CERTIFICATE_PASSWORD", "PROFILE"), "eA=="),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if "valid" in listed:
        assert said.returncode == 1
        (told,) = (line for line in said.stdout.splitlines() if line.startswith("::error::"))
        assert told.startswith("::error::IOS_CERTIFICATE_P12 holds no certificate that signs")
        assert not (tmp_path / "environment").exists()
    else:
        assert said.returncode == 0, said.stderr
        assert "IDENTITY=0123ABCD\n" in (tmp_path / "environment").read_text()


@pytest.mark.skipif(shutil.which("ruby") is None, reason="ruby is not installed")
@each_title
def test_fastlane_s_files_are_ruby(title: str, tmp_path: Path) -> None:
    """Its own parser takes them."""
    project = written(build(FILES, request("ios", app_name=title)), tmp_path)
    for path in ("Gemfile", "fastlane/Fastfile", "fastlane/Appfile"):
        subprocess.run(["ruby", "-c", project / path], check=True, capture_output=True)


def test_the_game_is_a_folder_that_changes_nothing(built: Built) -> None:
    """Byte for byte, under its own names."""
    for path, data in FILES.items():
        shipped = files_of(built)[f"www/{path}"]
        assert shipped == data or path == "index.html"


def test_a_repository_of_the_project_holds_the_whole_game(tmp_path: Path) -> None:
    """What Git leaves out is Xcode's and the maker's, whatever the game's files are called."""
    names = ("build/game.wasm", "DerivedData/a", "xcuserdata/a", "a.ipa", "a.p8")
    project = written(build({**FILES, **dict.fromkeys(names, b"1")}, request("ios")), tmp_path)
    (project / "build").mkdir()
    for path in ("build/game.ipa", "ios.p12", "fastlane/report.xml"):
        (project / path).write_bytes(b"")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    for command in (["init", "-q"], ["config", "core.ignorecase", "true"]):
        subprocess.run(["git", *command], cwd=project, check=True, env=environment)
    command = ["git", "status", "--porcelain", "-uall", "--ignored"]
    told = subprocess.run(command, cwd=project, check=True, env=environment, capture_output=True)
    ignored = {line[3:] for line in told.stdout.decode().splitlines() if line.startswith("!!")}
    assert ignored == {"build/game.ipa", "ios.p12", "fastlane/report.xml"}


def test_names_that_a_mac_takes_for_one_are_refused() -> None:
    """A file of the project's beside one that the export writes; the remedy is said."""
    with pytest.raises(NamesCollideError, match="rename one"):
        build({**FILES, "Export-Manifest.json": b"{}"}, request("ios"))


def test_folders_that_a_mac_takes_for_one_are_refused() -> None:
    """A phone tells `Assets` from `assets`, and would not find what lies in the other."""
    made = [Content.made(path, b"") for path in ("Assets/a.png", "assets/deep/b.png")]
    with pytest.raises(NamesCollideError, match="'Assets' and 'assets'"):
        check_contents(made)
    check_contents([Content.made(path, b"") for path in ("assets/a.png", "assets/deep/a.png")])


def test_more_than_the_store_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is packed."""
    monkeypatch.setattr("services.packager.platforms.ios.checks.MAX_BYTES", 1_000)
    with pytest.raises(GameTooLargeError, match="excludePatterns"):
        build(FILES, request("ios"))


def test_what_the_store_refuses_is_told() -> None:
    """A library beside the application's own."""
    made = build({**FILES, "plugins/Steam.framework/Steam": b"\xcf\xfa"}, request("ios"))
    (note,) = (note for note in made.plan.notes if "App Store" in note.message)
    assert note.file == "plugins/Steam.framework/Steam"


@pytest.mark.parametrize("name", ["CVS", "CVS/Entries", "levels/CVS/1.json"])
def test_what_xcode_does_not_copy_is_left_out(name: str, tmp_path: Path) -> None:
    """And told, with the remedy, so that an application has all that its project has."""
    game = {**FILES, name: b"{}", "CVSROOT/cvs": b"{}"}
    asked = request("ios", format="ipa", signing_key="studio")
    for made in (build(game, request("ios")), build(game, asked, keys=signing_keys(tmp_path))):
        assert name not in made.files
        assert made.files["CVSROOT/cvs"] == b"{}"
        (note,) = (note for note in made.plan.notes if "Xcode copies nothing" in note.message)
        assert (note.level, note.file) == ("warning", name)
        assert "give it another name" in note.message
    assert not [note for note in build(FILES, request("ios")).plan.notes if "Xcode" in note.message]


def test_apple_takes_no_underscores_and_no_long_versions() -> None:
    """The maker learns it before anything is packed."""
    with pytest.raises(BundleIdError, match=r"letters, digits, - and \."):
        build(FILES, request("ios", bundle_id="com.my_company.game"))
    with pytest.raises(VersionTooLongError, match="18"):
        build(FILES, request("ios", app_version="123456789.123456789.1"))


def test_a_version_that_apple_cuts_is_told() -> None:
    """Three numbers are left of it; the game's own stays in aethel-app.json."""
    made = build(FILES, request("ios", app_version="1.2.3-beta.4"))
    assert any("1.2.3 to Apple" in note.message for note in made.plan.notes)
    assert b"MARKETING_VERSION = 1.2.3;" in next(
        data for path, data in files_of(made).items() if path.endswith("project.pbxproj")
    )
    assert json.loads(files_of(made)["www/aethel-app.json"])["version"] == "1.2.3-beta.4"


# --- the application that an operator's Mac builds ---


def test_an_operator_s_mac_builds_the_application(tmp_path: Path) -> None:
    """It gets the whole project as a folder, and leaves the one file that comes out."""
    made = build(
        FILES, request("ios", format="ipa", signing_key="studio"), keys=signing_keys(tmp_path)
    )
    assert made.name == "star-courier-1.0.0-ios.ipa"
    files = unpacked(made)
    info = plistlib.loads(files["Payload/star-courier.app/Info.plist"])
    assert info["CFBundleIdentifier"] == "com.aethel.game.p1"
    assert info["CFBundleShortVersionString"] == "1.0.0"
    assert made.files["sound/song.m4a"] == FILES["sound/song.m4a"]
    assert not made.plan.reproducible


def test_without_a_mac_an_ipa_is_refused_with_the_remedy() -> None:
    """Before anything is queued: by the rule that the gateway asks, too."""
    with pytest.raises(
        SigningRequiredError, match=r"ios/default \(docs/phones\.md\), or export zip"
    ):
        build(FILES, request("ios", format="ipa"), keys=SigningKeys(Path("/nowhere"), 60))


@pytest.mark.parametrize("configuration", ["debug", "release", "distribution"])
def test_the_default_key_builds_every_configuration(
    configuration: Configuration, tmp_path: Path
) -> None:
    """An IPA is always built with a key, a debug one too."""
    keys = signing_keys(tmp_path, name="default")
    made = build(FILES, request("ios", configuration, format="ipa"), keys=keys)
    assert made.name.endswith("-ios.ipa")


BROKEN: Final = {
    "nothing": ("true", "has left no star-courier.ipa"),
    "a link": ('ln -s /etc/passwd "$2"', "has left no star-courier.ipa"),
    "no archive": ('echo no > "$2"', "no application"),
    "no application": (
        f'cd "$1" && {sys.executable} -m zipfile -c "$2" README.md',
        "no application",
    ),
}


@pytest.mark.parametrize(("script", "message"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_application_is_noticed(script: str, message: str, tmp_path: Path) -> None:
    """Nobody gets it."""
    program(tmp_path / "ios/default/build", f"#!/bin/sh\n{script}\n")
    with pytest.raises(KeyBrokenError, match=message):
        build(FILES, request("ios", format="ipa"), keys=SigningKeys(tmp_path, 60))


IDENTITY: Final = IosIdentity(
    title="Star", command="star", bundle_id="com.example.star", version="1.0", build="1.0"
)


GAME: Final = [
    Member.of_bytes(f"star/www/{path}", data)
    for path, data in {"index.html": b"<p>", "export-manifest.json": b"{1}"}.items()
]


def ipa(files: dict[str, bytes]) -> Member:
    """An archive as an operator's Mac leaves it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return Member.of_bytes("star.ipa", out.getvalue())


def application(info: dict[str, str], more: dict[str, bytes | None]) -> Member:
    """The one that GAME should become, but for what is said."""
    right = {"CFBundleIdentifier": "com.example.star", "CFBundleShortVersionString": "1.0"}
    plist = plistlib.dumps({**right, **info}, fmt=plistlib.FMT_BINARY)
    www = {"Payload/Star.app/www/index.html": b"<p>"}
    www |= {"Payload/Star.app/www/export-manifest.json": b"{1}"}
    files = {"Payload/Star.app/Info.plist": plist, **www, **more}
    return ipa({path: data for path, data in files.items() if data is not None})


@pytest.mark.parametrize(
    ("info", "more", "message"),
    [
        ({"CFBundleIdentifier": "com.example.other"}, {}, "another application"),
        ({"CFBundleShortVersionString": "2.0"}, {}, "another application"),
        ({}, {"Payload/Other.app/Info.plist": b""}, "no application"),
        ({}, {"Payload/Star.app/www/index.html": None}, "without its game"),
        ({}, {"Payload/Star.app/www/index.html": b"<p>?"}, "without its game"),
        ({}, {"Payload/Star.app/www/export-manifest.json": b"{2}"}, "another export"),
    ],
)
def test_another_application_is_noticed(
    info: dict[str, str], more: dict[str, bytes | None], message: str
) -> None:
    """An operator's program that hands over what it has built before."""
    check_ipa(application({}, {}), IDENTITY, GAME)
    with pytest.raises(KeyBrokenError, match=message):
        check_ipa(application(info, more), IDENTITY, GAME)


@pytest.mark.parametrize(
    "plist",
    [
        b"",
        b"bplist00" + b"\xff" * 40,
        b"<?xml version='1.0'?><plist><dict>",
        b"<?xml version='1.0'?><plist><date>soon</date></plist>",
        plistlib.dumps(["a list"]),
        plistlib.dumps({"CFBundleIdentifier": "com.example.star"}),
        b"<?xml version='1.0'?><plist>" + b"<array>" * 100_000,
    ],
    ids=["empty", "binary", "cut off", "date", "list", "no version", "deep"],
)
def test_a_broken_list_is_the_key_s_fault(plist: bytes) -> None:
    """An operator hears of it, whichever way it is broken; no export dies of it."""
    with pytest.raises(KeyBrokenError, match="no application"):
        check_ipa(application({}, {"Payload/Star.app/Info.plist": plist}), IDENTITY, GAME)


@pytest.mark.parametrize("field", ["method", "encrypted", "stream"])
def test_a_broken_archive_is_the_key_s_fault(field: str) -> None:
    """Likewise."""
    with application({}, {}).open() as file:
        data = bytearray(file.read())
    directory = data.index(b"PK\x01\x02")
    if field == "method":
        data[directory + 10], data[8] = 77, 77
    elif field == "encrypted":
        data[directory + 8] |= 1
        data[6] |= 1
    else:
        data[directory + 10], data[8] = 8, 8
    with pytest.raises(KeyBrokenError, match="no application"):
        check_ipa(Member.of_bytes("star.ipa", bytes(data)), IDENTITY, GAME)


@pytest.mark.parametrize(
    "missing",
    ["App/SceneDelegate.swift", "App/phone.js", "www/index.html", "App/Info.plist"],
)
def test_a_project_that_lacks_a_file_is_noticed(built: Built, missing: str) -> None:
    """Xcode would refuse it, or the application would show nothing."""
    members = [Member.of_bytes(path, data) for path, data in unpacked(built).items()]
    identity = IosIdentity(
        title="Star Courier",
        command="star-courier",
        bundle_id="com.aethel.game.p1",
        version="1.2.3",
        build="1.2.3",
    )
    check_project(members, identity, "index.html")
    left = [member for member in members if not member.path.endswith(f"/{missing}")]
    with pytest.raises(SelfCheckError, match=re.escape(missing.rpartition("/")[2])):
        check_project(left, identity, "index.html")

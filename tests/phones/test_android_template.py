"""The template of Android applications, looked into by tools that did not make it."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import msgspec
import pytest

from services.packager.runtimes.registry import read_template
from tests.phones.android_java import SOURCES

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

MAX_DEX_BYTES: Final = 40_000
OLDEST: Final = 24  # Android 7, whose interfaces need no question
BAKSMALI: Final = ("baksmali", "dexlib2", "smali-util", "guava", "jcommander", "antlr3-runtime")


@pytest.fixture(scope="module")
def template(android_build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template, built."""
    out = tmp_path_factory.mktemp("template")
    android_build.main(out)
    return out


def said(*command: str | Path) -> str:
    """What a program prints."""
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def apk(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parts that aapt2 made, as it reads them."""
    file = tmp_path_factory.mktemp("apk") / "template.apk"
    subprocess.run(["zip", "-qr", file, "."], cwd=template / "apk", check=True)
    return file


def test_the_same_sources_make_the_same_bytes(
    template: Path, android_build: ModuleType, tmp_path: Path
) -> None:
    """In another folder, another time."""
    (tmp_path / "again").mkdir()
    android_build.main(tmp_path / "again")
    files = sorted(file.relative_to(template) for file in template.rglob("*") if file.is_file())
    for file in files:
        assert (template / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file
    assert len(files) == len([one for one in (tmp_path / "again").rglob("*") if one.is_file()])


def test_it_says_what_it_is(template: Path) -> None:
    """Its description names package, activity and the oldest web view; each file is in it."""
    description = msgspec.json.decode(read_template(template).description)
    assert description["package"] == "com.aethel.placeholder"
    assert description["activity"] == "com.aethel.runtime.GameActivity"
    assert description["oldestWebView"] == 94
    both = {"assets/aethel-runtime.js", "res/mipmap-xxxhdpi-v4/ic_launcher_monochrome.png"}
    for path in ("classes.dex", "aab/resources.pb", "aab/manifest/AndroidManifest.xml"):
        assert path in description["files"]
    for path in both:
        assert f"apk/{path}" in description["files"]
        assert f"aab/{path}" in description["files"]


def test_the_dex_is_small(template: Path) -> None:
    """Every application carries it."""
    assert (template / "classes.dex").stat().st_size <= MAX_DEX_BYTES


def test_the_dex_is_read_by_other_tools(template: Path, tmp_path: Path) -> None:
    """The disassembler finds every class, none of Android's, and nothing made at run time."""
    jars = ":".join(f"/usr/share/java/{jar}.jar" for jar in BAKSMALI)
    main = ("java", "-cp", jars, "org.jf.baksmali.Main", "disassemble")
    subprocess.run([*main, template / "classes.dex", "-o", tmp_path], check=True)
    listed = sorted(file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.smali"))
    assert "com/aethel/runtime/GameActivity.smali" in listed
    assert all(name.startswith("com/aethel/runtime/") for name in listed)
    assert not [name for name in listed if re.search(r"/R(\$|\.)", name)]
    text = "".join(file.read_text() for file in tmp_path.rglob("*.smali"))
    assert "invoke-polymorphic" not in text
    assert "invoke-custom" not in text
    assert "addJavascriptInterface" not in text
    dumped = said("dexdump", "-f", template / "classes.dex")
    assert f"class_defs_size     : {len(listed)}" in dumped


def test_the_manifest_says_what_the_exporter_replaces(apk: Path) -> None:
    """Its placeholders, its levels, and features that no device must have."""
    badging = said("aapt2", "dump", "badging", apk)
    assert "package: name='com.aethel.placeholder' versionCode='1'" in badging
    assert "versionName='@@VERSION_NAME@@'" in badging
    assert "sdkVersion:'24'" in badging
    assert "targetSdkVersion:'36'" in badging
    assert "launchable-activity: name='com.aethel.runtime.GameActivity'" in badging
    assert re.findall("uses-feature: name='(.*?)'", badging) == []
    assert "application-isGame" in badging
    tree = said("aapt2", "dump", "xmltree", "--file", "AndroidManifest.xml", apk)
    for attribute in (
        'label(0x01010001)="@@LABEL@@"',
        "debuggable(0x0101000f)=false",
        "screenOrientation(0x0101001e)=13",
        "dataExtractionRules(0x0101063e)=@",
        "enableOnBackInvokedCallback(0x0101066c)=true",
        "usesCleartextTraffic(0x010104ec)=false",
    ):
        assert attribute in tree


def test_newer_attributes_have_their_numbers(apk: Path) -> None:
    """The style of Android 12 sets the splash screen's colour; older ones do not name it."""
    dumped = said("aapt2", "dump", "resources", apk)
    style = dumped[dumped.index("style/Game\n") :]
    styles = re.split(r"\n      \(", style[: style.index("resource", 9)])[1:]
    assert [one.partition(")")[0] for one in styles] == ["", "v27", "v29", "v31"]
    assert ["0x0101062c" in one for one in styles] == [False, False, False, True]
    assert ["0x01010586=1" in one for one in styles] == [False, True, True, True]


def test_a_message_waits_for_an_answer(apk: Path) -> None:
    """A touch beside it would leave the game: it does nothing."""
    dumped = said("aapt2", "dump", "resources", apk)
    styles = {one: dumped.partition(f" style/{one}\n")[2] for one in ("Game.Base", "Message")}
    games, message = (style.partition("resource ")[0] for style in styles.values())
    assert re.search(r"0x01010309=@(style/Message|0x7f04)", games)  # alertDialogTheme
    assert "0x0101035b=false" in message  # windowCloseOnTouchOutside


def test_no_key_or_picture_of_androids_comes_to_a_game(android_work: Path) -> None:
    """It would make other keys of those that a page leaves, and show a square in a film's place."""
    for name, body in (
        ("GameClient.onUnhandledKeyEvent", ["return"]),
        ("GameChrome.getDefaultVideoPoster", ["iconst_1", "iconst_1", "getstatic", "invokestatic"]),
    ):
        file, method = name.split(".")
        code = said("javap", "-c", "-p", android_work / f"classes/com/aethel/runtime/{file}.class")
        instructions = code.partition(f" {method}(")[2].partition("\n\n")[0]
        assert re.findall(r"\d+: (\w+)", instructions)[: len(body)] == body


def test_the_icon_adapts(apk: Path) -> None:
    """Background, foreground, and the layer that Android 13 colours; each in every density."""
    file = "res/mipmap-anydpi-v26/ic_launcher.xml"
    tree = said("aapt2", "dump", "xmltree", "--file", file, apk)
    assert re.findall(r"E: (\S+)", tree) == [
        "adaptive-icon",
        "background",
        "foreground",
        "monochrome",
    ]
    dumped = said("aapt2", "dump", "resources", apk)
    for name in ("", "_background", "_foreground", "_monochrome"):
        for density in ("mdpi", "hdpi", "xhdpi", "xxhdpi", "xxxhdpi"):
            assert f"res/mipmap-{density}-v4/ic_launcher{name}.png" in dumped


def test_every_text_is_there_in_portuguese() -> None:
    """With the same places for numbers."""

    def texts(folder: str) -> dict[str, list[str]]:
        root = ET.parse(SOURCES / "res" / folder / "strings.xml").getroot()  # noqa: S314
        return {one.attrib["name"]: re.findall(r"%\d\$d", one.text or "") for one in root}

    assert texts("values") == texts("values-pt")


def newer() -> dict[str, int]:
    """The members of Android's classes, as ``class.name``, that came after the oldest Android."""
    found: dict[str, int] = {}
    for file in (SOURCES / "stubs").rglob("*.java"):
        outer = file.relative_to(SOURCES / "stubs").with_suffix("").as_posix()
        owners, level = {0: outer, 4: outer}, 0
        for line in file.read_text().splitlines():
            indent = len(line) - len(line.lstrip())
            name = ""
            if kind := re.search(r"\b(?:class|interface) (\w+)", line):
                name = f"{outer}${kind[1]}" if indent else outer
                owners[indent + 4] = name
            elif indent in owners and (member := re.search(r"(\w+)(?= = |\(|;)", line)):
                name = f"{owners[indent]}.{member[1]}"
            if name and level > OLDEST:
                found[name] = level
            noted = re.search(r"/\*\* API (\d+)\. \*/", line)
            level = int(noted[1]) if noted else 0
    return found


def test_newer_interfaces_are_kept_apart(android_work: Path) -> None:
    """What an older Android lacks is named only in classes that say which one they are for."""
    known = newer()
    assert known["android/window/OnBackInvokedDispatcher"] == 33
    assert known["android/view/Window.setDecorFitsSystemWindows"] == 30
    assert known["android/view/WindowManager$LayoutParams.layoutInDisplayCutoutMode"] == 28
    apart: dict[str, int] = {}
    files = sorted((android_work / "classes").rglob("*.class"))
    pools = said("javap", "-v", "-p", *files).split("Classfile ")[1:]
    for file, pool in zip(files, pools, strict=True):
        used = re.findall(r"= (?:Methodref|Fieldref|Class|InterfaceMethodref) .*?// +(\S+)", pool)
        names = {one.partition(":")[0].strip('"') for one in used}
        names |= {name.partition(".")[0] for name in names}
        if levels := [level for one, level in known.items() if one in names]:
            apart[file.stem] = max(levels)
    assert apart == {"BackGesture33": 33, "Bars30": 30, "Cutout28": 28}


@pytest.mark.parametrize("level", [28, 30, 33])
def test_newer_classes_are_asked_for(level: int) -> None:
    """Every use of such a class stands behind the question which Android this is."""
    text = "".join(file.read_text() for file in (SOURCES / "src").rglob("*.java"))
    uses = re.findall(rf"(\S.*)\n\s+(\w+{level})\.\w+\(", text)
    assert uses
    assert {line for line, _ in uses} == {f"if (Build.VERSION.SDK_INT >= {level}) {{"}

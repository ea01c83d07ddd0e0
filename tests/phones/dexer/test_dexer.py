from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.phones.dexer.dexing import FIXTURES, back, compile_fixtures, dex, results

if TYPE_CHECKING:
    from pathlib import Path

TOPICS: Final = sorted(path.stem for path in FIXTURES.glob("*.java") if path.stem != "Run")


@pytest.fixture(scope="module")
def on_the_jvm(classes: Path) -> dict[str, str]:
    """What each topic says on a JVM, as javac made it."""
    return results(classes, TOPICS)


@pytest.fixture(scope="module")
def from_dex(dexed: Path) -> dict[str, str]:
    """What each topic says on a JVM, made of the dex file again."""
    jar = dexed.with_suffix(".jar")
    back(dexed, jar)
    return results(jar, TOPICS)


@pytest.fixture(scope="module")
def smali(dexed: Path) -> Path:
    """A folder with the code of the dex file as text."""
    folder = dexed.with_suffix(".smali")
    subprocess.run(["baksmali", "disassemble", "-o", folder, dexed], check=True)
    return folder


@pytest.mark.parametrize("topic", TOPICS)
def test_a_class_does_the_same_from_dex(
    topic: str, on_the_jvm: dict[str, str], from_dex: dict[str, str]
) -> None:
    """Translated there and back, it passes the JVM's verifier and says what it said before."""
    assert len(on_the_jvm[topic]) > 5
    assert from_dex[topic] == on_the_jvm[topic]


def test_the_same_classes_make_the_same_bytes(
    dexer: str, classes: Path, dexed: Path, tmp_path: Path
) -> None:
    """Wherever they lie, and whenever."""
    elsewhere = tmp_path / "elsewhere"
    subprocess.run(["cp", "-r", classes, elsewhere], check=True)
    again = tmp_path / "again.dex"
    assert dex(dexer, elsewhere, again).returncode == 0
    assert again.read_bytes() == dexed.read_bytes()


def test_android_s_own_reader_accepts_the_file(classes: Path, dexed: Path) -> None:
    """The runtime's checks of the file's structure are a part of dexdump; every class is there."""
    run = subprocess.run(["dexdump", "-d", dexed], capture_output=True, check=True)
    shown = run.stdout.decode(errors="replace")
    listed = {name.replace("/", ".") for name in re.findall(r"Class descriptor  : 'L(.+);'", shown)}
    assert listed == {path.stem for path in classes.glob("*.class")}
    assert not run.stderr


def test_smali_makes_the_same_code_of_what_baksmali_shows(smali: Path, tmp_path: Path) -> None:
    """Every instruction has its only spelling, and stands where the assembler puts it."""
    again = tmp_path / "again.dex"
    subprocess.run(["smali", "assemble", "-o", again, smali], check=True)
    second = tmp_path / "second"
    subprocess.run(["baksmali", "disassemble", "-o", second, again], check=True)
    names = sorted(path.name for path in smali.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        assert (second / name).read_bytes() == (smali / name).read_bytes()


def test_annotations_that_a_program_can_see_are_kept(smali: Path) -> None:
    """With every sort of value and their defaults; the others are left out."""
    marked = (smali / "Marked.smali").read_text()
    assert "Unseen" not in marked
    assert marked.count(".annotation runtime LMarked$Seen;") == 4
    assert "target = .enum Ljava/lang/annotation/ElementType;->FIELD" in marked
    assert "type = [I" in marked
    assert "value = 0x7L" in marked
    defaults = (smali / "Marked$Seen.smali").read_text()
    assert ".annotation system Ldalvik/annotation/AnnotationDefault;" in defaults
    assert "letter = 'x'" in defaults


def test_lines_and_the_source_are_kept(smali: Path) -> None:
    """A crash log names them."""
    text = (smali / "Monitors.smali").read_text()
    source = (FIXTURES / "Monitors.java").read_text().splitlines()
    throwing = 1 + next(i for i, line in enumerate(source) if "full " in line)
    assert '.source "Monitors.java"' in text
    assert f".line {throwing}\n" in text


def test_what_nothing_calls_or_reads_is_left_out(dexer: str, tmp_path: Path) -> None:
    """A constructor that only forbids objects, and constants, which stand where they are named."""
    source = tmp_path / "Alone.java"
    source.write_text(
        "public final class Alone { public static final int SEVEN = 7; private Alone() {}"
        " private Alone(int used) {} static Alone one() { return new Alone(SEVEN); } }"
    )
    compile_fixtures([source], tmp_path)
    assert dex(dexer, tmp_path, tmp_path / "alone.dex").returncode == 0
    subprocess.run(["baksmali", "disassemble", "-o", tmp_path, tmp_path / "alone.dex"], check=True)
    text = (tmp_path / "Alone.smali").read_text()
    assert re.findall(r"\.method .*? (\S+)$", text, re.MULTILINE) == ["<init>(I)V", "one()LAlone;"]
    assert ".field" not in text
    assert "0x7" in text


def test_a_long_keeps_its_sign_in_the_short_form(smali: Path) -> None:
    """The format's const-wide/32 extends the sign, and so does every reader but enjarify."""
    assert "const-wide/32 v3, -0x80000000" in (smali / "Numbers.smali").read_text()


def test_a_synchronized_method_takes_its_lock_itself(smali: Path) -> None:
    """Android takes none for it, whatever its flags say."""
    text = (smali / "Monitors.smali").read_text()
    for method in ("next()I", "total(JI)J", "nothing()V"):
        body = text.partition(f" {method}\n")[2].partition(".end method")[0]
        assert body.count("monitor-enter") == 1
        assert body.count("monitor-exit") >= 2
    assert "declared-synchronized" in text


def test_what_has_no_translation_is_refused_with_its_place(dexer: str, tmp_path: Path) -> None:
    """A lambda: class, method, line and remedy; no file is written."""
    source = tmp_path / "Lambda.java"
    source.write_text("class Lambda {\n  Runnable it() {\n    return () -> {};\n  }\n}\n")
    compile_fixtures([source], tmp_path / "classes")
    out = tmp_path / "classes.dex"
    ran = dex(dexer, tmp_path / "classes", out)
    assert ran.returncode == 65
    assert ran.stderr.startswith("Lambda.it()Ljava/lang/Runnable;, line 3: invokedynamic")
    assert "write a class instead" in ran.stderr
    assert not out.exists()


def test_code_in_an_interface_needs_a_newer_android(dexer: str, tmp_path: Path) -> None:
    """Before API 24 it is refused; from there on it is translated."""
    source = tmp_path / "Greets.java"
    source.write_text("interface Greets { default int two() { return 2 * one(); } int one(); }")
    compile_fixtures([source], tmp_path / "classes")
    out = tmp_path / "classes.dex"
    refused = dex(dexer, tmp_path / "classes", out, min_api=23)
    assert refused.returncode == 65
    assert "Greets.two: an interface has code, which needs --min-api 24" in refused.stderr
    assert dex(dexer, tmp_path / "classes", out, min_api=24).returncode == 0
    assert out.read_bytes().startswith(b"dex\n037\0")

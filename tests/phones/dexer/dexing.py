"""The dexer, compiled and at work: Java sources to a dex file, and back to classes by enjarify."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SOURCES: Final = Path(__file__).parents[3] / "runtimes/android-app/dexer/src"
FIXTURES: Final = Path(__file__).parent / "fixtures"
JARS: Final = ("asm", "asm-tree", "asm-analysis", "dexlib2", "guava")
LIBRARIES: Final = [f"/usr/share/java/{jar}.jar" for jar in JARS]
RULES: Final = Path(__file__).parent / "rules"
SHUFFLED: Final = Path(__file__).parent / "shuffled"
# A program that runs for a second is done before the JVM's second compiler has paid for itself.
JAVA: Final = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
JAVAC: Final = ("javac", "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")
PYTHON: Final = "/usr/bin/python3"  # enjarify is installed for Debian's, not for the one on PATH
# enjarify 1.0.3 reads the number of const-wide/32 without its sign, which the format gives it.
ENJARIFY: Final = """
from enjarify import dalvikformats, main

CONST_WIDE_32 = 0x17
decode = dalvikformats.decode


def corrected(shorts, position, opcode):
    position, arguments = decode(shorts, position, opcode)
    if opcode == CONST_WIDE_32:
        arguments[-1] = dalvikformats.sign(arguments[-1], 32)
    return position, arguments


dalvikformats.decode = corrected
main.main()
"""


def class_path(*more: Path) -> str:
    """The libraries of the dexer, and what is named."""
    return ":".join([*LIBRARIES, *map(str, more)])


def compile_own(sources: Path, out: Path) -> str:
    """Compile our Java for the libraries without one warning; the class path to run it with."""
    path = class_path(out)
    compiler = [*JAVAC, "-Xlint:all,-classfile", "--release", "17", "-cp", path]
    files = sorted(sources.rglob("*.java"))
    run = subprocess.run(
        [*compiler, "-d", out, *files], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert str(sources) not in run.stderr, run.stderr
    return path


def compile_fixtures(sources: Iterable[Path], out: Path, *, release: int = 8) -> None:
    """Compile for the Java that the dexer translates, with the lines that crash logs show."""
    options = ["-nowarn", "-Xlint:-options", "--release", str(release), "-g:source,lines"]
    subprocess.run([*JAVAC, *options, "-d", out, *sources], capture_output=True, check=True)


def dex(
    dexer: str, classes: Path, out: Path, *, min_api: int = 21
) -> subprocess.CompletedProcess[str]:
    """Run the dexer; the caller looks at how it ended."""
    main = [*JAVA, "-cp", dexer, "com.aethel.dexer.Main", "--min-api", str(min_api)]
    return subprocess.run([*main, out, classes], capture_output=True, text=True, check=False)


def back(dexed: Path, out: Path) -> None:
    """Make class files of a dex file again, with a translator that shares nothing with ours."""
    run = subprocess.run(
        [PYTHON, "-c", ENJARIFY, "-f", "-o", out, dexed], capture_output=True, text=True, check=True
    )
    assert "0 classes had errors" in run.stdout, run.stdout


def results(classes: Path, names: Iterable[str]) -> dict[str, str]:
    """What each class says when it runs on a JVM that verifies every class."""
    verifying = [*JAVA, "-Xverify:all"]
    run = subprocess.run(
        [*verifying, "-cp", classes, "Run", *names], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return dict(line.split(": ", 1) for line in run.stdout.splitlines())


def broken_rules(rules: str, dexed: Path, classes: Path) -> list[str]:
    """What Android's verifier would say of a dex file, a line for each broken rule."""
    main = [*JAVA, "-cp", f"{rules}:{classes}", "Rules"]
    run = subprocess.run([*main, dexed], capture_output=True, text=True, check=False)
    assert not run.stderr, run.stderr
    *broken, summary = run.stdout.splitlines()
    assert summary.endswith(f" methods, {len(broken)} rules broken")
    return broken

"""The dexer, compiled and at work: Java sources to a dex file, and back to classes by enjarify."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SOURCES: Final = Path(__file__).parents[2] / "runtimes/android-app/dexer/src"
FIXTURES: Final = Path(__file__).parent / "dexed"
JARS: Final = ("asm", "asm-tree", "asm-analysis", "dexlib2", "guava", "failureaccess")
LIBRARIES: Final = [f"/usr/share/java/{jar}.jar" for jar in JARS]
ENJARIFY: Final = ("/usr/bin/python3", "-m", "enjarify.main")  # Debian's, not the one on PATH


def compile_dexer(out: Path) -> str:
    """The class path of the dexer, compiled into a folder without one warning of our code."""
    path = ":".join([*LIBRARIES, str(out)])
    sources = sorted(SOURCES.rglob("*.java"))
    compiler = ["javac", "-Xlint:all,-classfile", "--release", "17", "-cp", path]
    run = subprocess.run(
        [*compiler, "-d", out, *sources], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert str(SOURCES) not in run.stderr, run.stderr
    return path


def compile_fixtures(sources: Iterable[Path], out: Path, *, release: int = 8) -> None:
    """Compile for the Java that the dexer translates, with the lines that crash logs show."""
    options = ["-nowarn", "-Xlint:-options", "--release", str(release), "-g:source,lines"]
    subprocess.run(["javac", *options, "-d", out, *sources], capture_output=True, check=True)


def dex(
    dexer: str, classes: Path, out: Path, *, min_api: int = 21
) -> subprocess.CompletedProcess[str]:
    """Run the dexer; the caller looks at how it ended."""
    main = ["java", "-cp", dexer, "com.aethel.dexer.Main", "--min-api", str(min_api)]
    return subprocess.run([*main, out, classes], capture_output=True, text=True, check=False)


def back(dexed: Path, out: Path) -> None:
    """Make class files of a dex file again, with a translator that shares nothing with ours."""
    run = subprocess.run(
        [*ENJARIFY, "-f", "-o", out, dexed], capture_output=True, text=True, check=True
    )
    assert "0 classes had errors" in run.stdout, run.stdout


def results(classes: Path, names: Iterable[str]) -> dict[str, str]:
    """What each class says when it runs on a JVM that verifies every class."""
    verifying = ["java", "-Xverify:all"]
    run = subprocess.run(
        [*verifying, "-cp", classes, "Run", *names], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return dict(line.split(": ", 1) for line in run.stdout.splitlines())

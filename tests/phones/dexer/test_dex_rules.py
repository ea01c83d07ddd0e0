"""The dex file as Android's verifier sees it, and code that is larger or stranger than ours."""

from __future__ import annotations

import subprocess
import zipfile
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from tests.phones.dexer.dexing import (
    FIXTURES,
    JAVA,
    RULES,
    SHUFFLED,
    back,
    broken_rules,
    class_path,
    compile_fixtures,
    compile_own,
    dex,
    results,
)
from tests.phones.dexer.generated import Generator

if TYPE_CHECKING:
    from pathlib import Path

SEEDS: Final = range(3)
FAULTS: Final = {
    "bytesAsBooleans": "is passed, but it is (Byte)",
    "floatAsLong": "is neg-long, but it is (Float)",
    "forgottenType": "is called as Ljava/lang/Thread;, but it is Ljava/io/Serializable;",
    "intAsObject": "is called, but it is (Integer)",
    "intoHandler": "code runs into move-exception",
    "itself": "a jump leads to itself",
    "keptLock": "a lock is held on return",
    "lockWithoutCatchAll": "a lock is held where not all is caught",
    "mixed": "is returned, but it is (Conflicted)",
    "split": "is returned, but it is (One)",
    "unborn": "is called, but it is (UninitRef,Ljava/lang/Object;)",
    "wrongElements": "is aget-byte of [Z",
    "wrongLock": "releases a lock that it did not take",
    "wrongPut": "is put into text, but it is (One)",
    "wrongResult": "move-result of a wrong kind",
}


@pytest.fixture(scope="module")
def faults(rules: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is said of a dex file with one method for each fault."""
    out = tmp_path_factory.mktemp("faults") / "faults.dex"
    subprocess.run(["smali", "assemble", "-o", out, RULES / "Faults.smali"], check=True)
    return broken_rules(rules, out, out.parent)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_the_rules_find_each_fault(fault: str, faults: list[str]) -> None:
    """A rule that finds nothing would prove nothing."""
    assert any(line.startswith(f"LFaults;->{fault}: ") and FAULTS[fault] in line for line in faults)


def test_the_fixtures_break_no_rule(rules: str, dexed: Path, classes: Path) -> None:
    """Types of registers, where control goes, locks."""
    assert broken_rules(rules, dexed, classes) == []


def test_code_made_at_random_does_the_same_from_dex(dexer: str, rules: str, tmp_path: Path) -> None:
    """Expressions, loops, switches, exceptions and locks of all types, by three seeds."""
    sources, classes = tmp_path / "sources", tmp_path / "classes"
    sources.mkdir()
    names = [f"Generated{seed}" for seed in SEEDS]
    for seed, name in zip(SEEDS, names, strict=True):
        (sources / f"{name}.java").write_text(Generator(Random(seed), name).source())
    compile_fixtures([*sources.iterdir(), FIXTURES / "Run.java"], classes)
    dexed, jar = tmp_path / "classes.dex", tmp_path / "back.jar"
    ran = dex(dexer, classes, dexed)
    assert ran.returncode == 0, ran.stderr
    assert broken_rules(rules, dexed, classes) == []
    back(dexed, jar)
    assert results(jar, names) == results(classes, names)


@pytest.mark.parametrize("seed", ["1"])
def test_values_change_places_on_the_stack(
    seed: str, dexer: str, rules: str, tmp_path: Path
) -> None:
    """In ways that no compiler writes: with swap, every dup, and across jumps."""
    classes, dexed, jar = tmp_path / "classes", tmp_path / "classes.dex", tmp_path / "back.jar"
    compile_fixtures([FIXTURES / "Run.java"], classes)
    writer = compile_own(SHUFFLED, tmp_path / "writer")
    subprocess.run([*JAVA, "-cp", writer, "Shuffle", classes, seed, "40"], check=True)
    ran = dex(dexer, classes, dexed)
    assert ran.returncode == 0, ran.stderr
    assert broken_rules(rules, dexed, classes) == []
    back(dexed, jar)
    assert results(jar, ["Shuffled"]) == results(classes, ["Shuffled"])


def test_a_library_works_that_was_dexed(
    dexer: str, rules: str, classes: Path, dexed: Path, tmp_path: Path
) -> None:
    """ASM, dexed and made classes of again, serves the dexer: it makes the same bytes."""
    library = tmp_path / "library"
    for jar in ("asm", "asm-tree", "asm-analysis"):
        with zipfile.ZipFile(f"/usr/share/java/{jar}.jar") as archive:
            names = [name for name in archive.namelist() if name.startswith("org/")]
            archive.extractall(library, names)
    asm, again = tmp_path / "asm.dex", tmp_path / "asm.jar"
    ran = dex(dexer, library, asm)
    assert ran.returncode == 0, ran.stderr
    assert broken_rules(rules, asm, library) == []
    back(asm, again)
    own = dexer.rsplit(":", maxsplit=1)[-1]
    out = tmp_path / "classes.dex"
    assert dex(f"{again}:{class_path()}:{own}", classes, out).returncode == 0
    assert out.read_bytes() == dexed.read_bytes()

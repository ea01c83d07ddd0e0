"""The shell's own C tests, hostile input included, under AddressSanitizer and UBSan."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.shell.sanitized import SOURCES, compile_test

if TYPE_CHECKING:
    from pathlib import Path

TESTS: Final = sorted(source.stem for source in SOURCES.glob("test/test_*.c"))
FUZZ_ROUNDS: Final = 30_000  # of four kinds of input each; the same on every machine

pytestmark = pytest.mark.timeout(900, func_only=True)  # a hang; a busy machine is none


@pytest.mark.parametrize("name", TESTS)
def test_c(name: str, sanitized: Path) -> None:
    """One file of C tests; its output names the cases."""
    assert "ok " in run(str(compile_test(name, sanitized)))


def test_damaged_input_of_every_kind(sanitized: Path) -> None:
    """Archives, configurations, requests, texts: nothing reads or writes where it must not."""
    told = run(str(compile_test("fuzz", sanitized)), str(FUZZ_ROUNDS))
    assert told == f"{FUZZ_ROUNDS} rounds\n"


def run(*command: str) -> str:
    """What a program says that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.phones.dexer.dexing import FIXTURES, RULES, SOURCES, compile_fixtures, compile_own, dex

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def dexer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The class path of the dexer."""
    return compile_own(SOURCES, tmp_path_factory.mktemp("dexer"))


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The class path of the checks that Android's verifier would make."""
    return compile_own(RULES, tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the class files of all fixtures."""
    folder = tmp_path_factory.mktemp("classes")
    compile_fixtures(FIXTURES.glob("*.java"), folder)
    return folder


@pytest.fixture(scope="session")
def dexed(dexer: str, classes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dex file of all fixtures."""
    out = tmp_path_factory.mktemp("dexed") / "classes.dex"
    ran = dex(dexer, classes, out)
    assert ran.returncode == 0, ran.stderr
    return out

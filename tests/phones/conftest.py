from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.phones.android_java import Asking, builder, compile_tests
from tests.phones.dexer.dexing import back

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

PAGE = b"<!doctype html><title>x</title>"


@pytest.fixture(scope="session")
def android_build() -> ModuleType:
    """The builder of the Android runtime, on a machine that has what it needs."""
    build = builder()
    if missing := build.missing_tools():
        pytest.fail(f"{', '.join(missing)}: {build.REMEDY}")
    return build


@pytest.fixture(scope="session")
def android_work(android_build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The builder's working folder: linked resources and, in ``classes``, the class files."""
    work: Path = tmp_path_factory.mktemp("android")
    android_build.compile_resources(work)
    android_build.compile_java(work)
    return work


@pytest.fixture(scope="session")
def android_classes(android_work: Path) -> str:
    """The class path of the runtime's class files and the tests' programs."""
    return compile_tests(android_work / "classes", android_work / "programs")


@pytest.fixture(scope="session")
def game_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small game of odd files."""
    folder = tmp_path_factory.mktemp("game")
    files = {
        "index.html": PAGE,
        "levels/index.html": PAGE,
        "digits.bin": bytes(range(256)) * 40,
        "empty.bin": b"",
        "one.bin": b"1",
        "a b+c&d=e;f#g?h%.txt": b"odd",
        "caf\u00e9.txt": b"composed",
        "nai\u0308ve.txt": b"decomposed",
        "\U0001f600.txt": b"emoji",
        "x.JS": b"let x;",
        "..dots.txt": b"dots",
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    (folder.parent / "outside.txt").write_text("secret")
    return folder


@pytest.fixture(scope="session")
def android_dex(android_build: ModuleType, android_work: Path) -> Path:
    """What a phone runs, made of the class files."""
    dex = android_work / "classes.dex"
    android_build.make_dex(android_work, android_work / "classes", dex)
    return dex


@pytest.fixture(scope="session", params=["class files", "dex"])
def asking(
    request: pytest.FixtureRequest, android_classes: str, game_folder: Path
) -> Iterator[Asking]:
    """The runtime, asked for files of the small game: as compiled, and as translated back."""
    path = android_classes
    if request.param == "dex":
        dex: Path = request.getfixturevalue("android_dex")
        back(dex, dex.with_name("back.jar"))
        path = f"{dex.with_name('back.jar')}:{path.rpartition(':')[2]}"
    with Asking(path, game_folder) as running:
        yield running

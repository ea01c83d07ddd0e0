"""The Swift sources of the iOS runtime: parsed always, compiled and run where a compiler is.

``SWIFTC`` names one (``swiftlang`` of Debian 13 will do). Nothing of Apple's is on Linux, so the
frameworks that the runtime uses are declarations in ``runtimes/ios-app/test/sdk``, as Apple
documents them; WebKit's are those of its public headers.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
import tree_sitter_swift
from tree_sitter import Language, Parser

from services.packager.runtimes.build import source_of

if TYPE_CHECKING:
    from pathlib import Path

RUNTIME: Final = source_of("ios-app")
SOURCES: Final = sorted((RUNTIME / "Sources").glob("*.swift"))
SDK: Final = ("os", "UIKit", "WebKit", "AVFoundation", "CoreHaptics", "GameController")
APPLE: Final = re.compile(rf"^import ({'|'.join(SDK)})$", re.MULTILINE)
PURE: Final = [path for path in SOURCES if not APPLE.search(path.read_text())]
COMPILER: Final = os.environ.get("SWIFTC") or shutil.which("swiftc")
compiled = pytest.mark.skipif(COMPILER is None, reason="SWIFTC names no Swift compiler")


def swiftc(*arguments: object) -> None:
    """Run the compiler; a warning is an error."""
    command = [*shlex.split(COMPILER or ""), "-warnings-as-errors", *map(str, arguments)]
    result = subprocess.run(command, cwd=RUNTIME, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def run(program: Path, *arguments: Path) -> str:
    """Run what was compiled, where the compiler's libraries are."""
    launcher = shlex.split(os.environ.get("SWIFT_RUN", ""))
    result = subprocess.run(
        [*launcher, program, *arguments], capture_output=True, text=True, check=False, timeout=240
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_source_is_swift(path: Path) -> None:
    """A parser that is not Apple's finds nothing that it does not know."""
    tree = Parser(Language(tree_sitter_swift.language())).parse(path.read_bytes())
    assert not tree.root_node.has_error


def test_a_broken_source_is_noticed() -> None:
    """The parser above does say so."""
    broken = SOURCES[0].read_bytes().replace(b"{", b"(", 1)
    tree = Parser(Language(tree_sitter_swift.language())).parse(broken)
    assert tree.root_node.has_error


def test_what_needs_no_phone_needs_no_framework() -> None:
    """Paths, ranges, types, commands are decided where a test can ask."""
    names = {path.stem for path in PURE}
    assert {"Site", "SitePath", "ByteRange", "MediaType", "BridgeCommand", "Vibration"} <= names


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The declarations as modules, and how the compiler finds them."""
    folder = tmp_path_factory.mktemp("sdk")
    flags = ["-I", str(folder), "-L", str(folder), "-Xlinker", "-rpath", "-Xlinker", str(folder)]
    for module in SDK:
        swiftc(
            *("-swift-version", "5", "-parse-as-library", "-emit-module", "-emit-library"),
            *("-module-name", module, "-module-link-name", module),
            *("-emit-module-path", folder / f"{module}.swiftmodule"),
            *("-o", folder / f"lib{module}.so", *flags[:4], f"test/sdk/{module}.swift"),
        )
    return flags


@compiled
@pytest.mark.parametrize("version", ["5", "6"])
def test_the_compiler_takes_all_of_it(version: str, sdk: list[str]) -> None:
    """In the language of the project, and in the stricter one that follows."""
    swiftc(
        *("-swift-version", version, "-typecheck", "-parse-as-library", "-module-name", "GameApp"),
        *(*sdk[:2], *SOURCES),
    )


@compiled
def test_what_a_request_is_answered(tmp_path: Path) -> None:
    """Ranges, hostile paths, media types, commands: hundreds of cases, in Swift."""
    program, script = tmp_path / "site", tmp_path / "script.js"
    swiftc(
        *("-swift-version", "5", "-module-name", "Site", "-o", program),
        *(*PURE, "test/site/main.swift"),
    )
    assert run(program, script) == "all is well\n"
    page = 'globalThis.location = {protocol: "aethel:", host: "game"}; globalThis.window = {};'
    seen = "console.log(JSON.stringify(window.seen))"
    node = ["node", "-e", f"{page}\n{script.read_text()}\n{seen}"]
    told = subprocess.run(node, capture_output=True, text=True, check=True).stdout
    game, host = json.loads(told)
    assert (game["title"], host) == ('"><script> 🚀 $(x)', {"os": "ios"})


@compiled
def test_a_task_that_was_stopped_is_never_answered(tmp_path: Path, sdk: list[str]) -> None:
    """WebKit ends an application for it; so do the tasks of this test. Nor from another thread."""
    program = tmp_path / "handler"
    others = ("GameSchemeHandler", "Bridge", "Haptics")
    swiftc(
        *("-swift-version", "6", "-module-name", "Handler", *sdk, "-o", program, *PURE),
        *(*(f"Sources/{name}.swift" for name in others), "test/handler/main.swift"),
    )
    assert run(program) == "all is well\n"

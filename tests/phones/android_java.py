"""The Android runtime's class files on a JVM: compiled as for a phone, asked, put behind HTTP."""

from __future__ import annotations

import base64
import importlib.util
import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from services.packager.runtimes.build import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import ModuleType

SOURCES: Final = source_of("android-app")
ORIGIN: Final = "https://game.aethel.invalid"
SCRIPT: Final = b"/* runtime */\n"  # what stands in for the page's script
TAG: Final = '<script src="/.aethel/runtime.js"></script>'
JAVA: Final = ("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xverify:all")


def builder() -> ModuleType:
    """The template's ``build.py``, which lies in no package."""
    spec = importlib.util.spec_from_file_location("android_app_build", SOURCES / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def compile_tests(classes: Path, out: Path) -> str:
    """The class path of the tests' programs and of the class files that they use."""
    programs = [str(file) for file in sorted((SOURCES / "test").rglob("*.java"))]
    command = ["javac", "-Xlint:all", "-Werror", "-cp", str(classes), "-d", str(out), *programs]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return f"{classes}:{out}"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the runtime answers to a request."""

    status: int
    reason: str
    type: str
    charset: str | None
    headers: dict[str, str]
    length: int  # what the page is told of the body
    body: bytes
    commands: str


class Asking:
    """A JVM that answers questions, one at a time."""

    def __init__(self, class_path: str, folder: Path, *, kind: str = "shared") -> None:
        """Prepare it for a game that is "isolated", or "shared"."""
        program = "com.aethel.runtime.test.Asking"
        self._command = [*JAVA, "-cp", class_path, program, str(folder), "index.html", kind]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(timeout=60) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, *words: str) -> Any:
        """The answer to one question."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = b" ".join(base64.b64encode(word.encode()) for word in words)
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def value(self, *words: str) -> Any:
        """The one value of an answer."""
        return self.ask(*words)["value"]

    def get(
        self,
        target: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        reader: str = "plain",
    ) -> Answer:
        """The answer to a request, read by a "plain" reader or as the "web view" does it."""
        given = [part for pair in (headers or {}).items() for part in pair]
        return msgspec.convert(self.ask(reader, method, target, *given), Answer)


@contextmanager
def bridge(
    class_path: str, folder: Path, script: Path, *, memory_mb: int = 64
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The class files behind HTTP: the address, and the process, which prints commands."""
    command = [*JAVA, f"-Xmx{memory_mb}m", "-cp", class_path, "com.aethel.runtime.test.Bridge"]
    process = subprocess.Popen(
        [*command, str(folder), "index.html", "shared", str(script)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/", process
    finally:
        process.kill()
        process.communicate()

"""Programs of other people's that sign: they have the key in their hands, and little else."""

from __future__ import annotations

import http.server
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from services.packager.sandbox.launcher import COMMAND
from services.packager.signing.tool import SigningToolFailedError, ToolBench, run_confined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> ToolBench:
    """As the packager has it."""
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "program.exe").write_bytes(b"MZ")
    return ToolBench(launcher=COMMAND, folder=folder, timeout_s=300)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A file of the operator's, beside others."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("certificate.p12", "of-another-studio.p12"):
        (folder / name).write_text("secret")
    return folder / "certificate.p12"


def test_a_tool_changes_its_folder_and_reads_its_key(bench: ToolBench, key: Path) -> None:
    """Both are there; nothing of the packager's environment is."""
    out = bench.folder / "signed.exe"
    run_confined(["cp", str(key), str(out)], bench, doing="Signing", files=[key])
    assert out.read_text() == "secret"


def test_a_tool_sees_no_other_files(bench: ToolBench, key: Path, tmp_path: Path) -> None:
    """Not other keys, not the packager's memory, not the disk's; and it changes none."""
    elsewhere = tmp_path / "elsewhere"
    attacks = [
        ["cat", str(key.with_name("of-another-studio.p12"))],
        ["ls", str(key.parent)],
        ["cat", "/proc/1/environ"],
        ["cat", "/etc/passwd"],
        ["cp", "/dev/null", str(elsewhere)],
        ["cp", "/dev/null", str(key)],
        ["env", "true"],  # another program
    ]
    for attack in attacks:
        with pytest.raises(SigningToolFailedError):
            run_confined(attack, bench, doing="Signing", files=[key])
    assert not elsewhere.exists()
    assert key.read_text() == "secret"


@contextmanager
def _stamping() -> Iterator[str]:
    """A server of timestamps."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_tool_has_the_network_only_where_it_needs_it(bench: ToolBench) -> None:
    """For stamps alone."""
    with _stamping() as url:
        request = ["curl", "--silent", "--fail", url]
        with pytest.raises(SigningToolFailedError):
            run_confined(request, bench, doing="Stamping")
        run_confined(request, bench, doing="Stamping", network=True)


def test_a_tool_that_is_not_there_is_named(bench: ToolBench) -> None:
    """For operators; the launcher itself is always there."""
    assert COMMAND[0] == sys.executable
    with pytest.raises(Exception, match="osslsigncode-that-is-missing cannot be started"):
        run_confined(["osslsigncode-that-is-missing"], bench, doing="Signing")

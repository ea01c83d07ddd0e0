"""The process's own log: one JSON object a line, and no secret in it."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import msgspec
import pytest


@pytest.mark.parametrize("format_", ["json", "console"])
def test_an_error_shows_where_but_no_local_variable(format_: str) -> None:
    """Local variables hold tokens and whole projects: they stay out of the log."""
    program = f"""
        import structlog
        from shared import logs
        from shared.settings import LogSettings
        logs.configure(LogSettings(format={format_!r}), service="test")
        def handle(token):
            raise ValueError("broken")
        try:
            handle("very-" + "secret")
        except ValueError:
            structlog.get_logger().exception("request.failed")
    """
    log = subprocess.run(
        [sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=True
    ).stderr
    assert "very-secret" not in log
    assert "broken" in log
    assert "handle" in log
    if format_ == "json":
        (line,) = log.splitlines()
        assert msgspec.json.decode(line)["event"] == "request.failed"


@pytest.mark.parametrize("format_", ["json", "console"])
def test_one_line_each_and_no_secret(format_: str) -> None:
    """Of our own lines, of errors and of other libraries'; every line names its service."""
    program = f"""
        import logging
        import structlog
        from shared import logs
        from shared.settings import LogSettings
        logs.configure(LogSettings(format={format_!r}), service="test")
        log = structlog.get_logger()
        log.info("a.b", said="x\\n2026-11-30 [info] forged\\x1b[2J", url="http://h/?ticket=5ec4e7")
        logging.getLogger("library").warning("GET /?%s\\nnext", "X-Amz-Signature=5ec4e7")
        try:
            raise ValueError("nats://status:5ec4e7@nats\\n2026-11-30 [info] forged")
        except ValueError:
            log.exception("c.d")
    """
    log = subprocess.run(
        [sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=True
    ).stderr
    assert "5ec4e7" not in log
    assert log.count("[redacted]") == 3
    assert not [line for line in log.splitlines() if line.startswith("2026-11-30 [info] forged")]
    assert "\x1b[2J" not in log
    if format_ == "json":
        assert [msgspec.json.decode(line)["service"] for line in log.splitlines()] == ["test"] * 3


def test_a_line_is_written_at_once() -> None:
    """Several processes may write to the same file: none ends another's line."""
    program = """
        import sys
        import structlog
        from shared import logs
        from shared.settings import LogSettings

        class Recorder:
            written = []
            def write(self, text):
                self.written.append(text)
            def flush(self):
                pass

        sys.stderr = Recorder()
        logs.configure(LogSettings(format="json"), service="test")
        structlog.get_logger().info("a.b")
        structlog.get_logger().info("c.d", said="x\\ny")
        print(len(Recorder.written), *(text.count("\\n") for text in Recorder.written))
    """
    told = subprocess.run(
        [sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=True
    ).stdout
    assert told.split() == ["2", "1", "1"]

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

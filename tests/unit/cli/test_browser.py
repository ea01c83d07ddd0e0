from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING, Final

import pytest

from cli.local.browser import has_screen, show

if TYPE_CHECKING:
    from pathlib import Path


FAR_AWAY: Final = {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": "localhost:10.0", **FAR_AWAY}, "linux", False),
        ({}, "darwin", True),
        (FAR_AWAY, "darwin", False),
    ],
)
def test_a_screen_is_somebodys_own(environ: dict[str, str], platform: str, expected: bool) -> None:
    """Neither a machine without one nor one that is logged in to from elsewhere has any."""
    assert has_screen(environ, platform) is expected


def test_the_page_is_opened_in_the_browser_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside everything else: the stack is looked after meanwhile."""
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr("webbrowser._tryorder", None)
    monkeypatch.setattr("webbrowser._browsers", {})
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    before = set(threading.enumerate())
    show("http://127.0.0.1:8080/")
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert opened.read_text() == f"http://127.0.0.1:8080/{os.linesep}"

"""What builds share with the server that forks them."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.packager.build.cache_key import tool_versions
from services.packager.sandbox.confinement import python_folders
from services.packager.sandbox.warm_up import warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _opened() -> Iterator[list[str]]:
    """The names of files that are opened until the block ends."""
    found, listening = list[str](), True

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event == "open":
            found.append(str(arguments[0]))

    sys.addaudithook(hear)  # for good, so it has to be told when to be silent
    yield found
    listening = False


def test_what_builds_need_is_known_before_they_are_forked() -> None:
    """Afterwards nothing is read for it any more, and no thread is left that a fork would lose."""
    tool_versions.cache_clear()
    python_folders.cache_clear()
    before = threading.active_count()
    warm_up()
    assert threading.active_count() == before
    with _opened() as opened:
        python_folders()
        for encoding in (False, True):
            assert tool_versions(encoding=encoding)
    assert opened == []

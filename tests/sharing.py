"""Files whose tests share what is dear to make run one after the other, in one process.

A running stack costs some five seconds of computing, the runtime of Android games nine. ``--dist
loadfile`` alone would give these files to as many processes, of which each makes its own; and a
stack that stayed for the whole session would cost more by waiting than it does by starting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

# By what they share; each is the fixture of a package or of the session.
SHARING: Final = {
    "tests/e2e: up": (
        *("test_command_line.py", "test_documented_client.py", "test_film.py"),
        *("test_migration.py", "test_phones.py"),
    ),
    "tests/page: shared_stack": ("test_films.py", "test_firefox.py", "test_previewed_games.py"),
    "tests/browser: stack": (
        *("test_artifact.py", "vite/test_packages.py", "vite/third_party/test_third_party.py"),
    ),
    "tests/phones: android_work": (
        *("test_android_browser.py", "test_android_device.py", "test_android_pages.py"),
        *("test_android_requests.py", "test_android_rules.py", "test_android_template.py"),
    ),
    "tests/phones/dexer: dexed": ("test_dexer.py", "test_dex_rules.py"),
}
SHARED_BY: Final = {
    f"{shared.partition(':')[0]}/{file}": shared
    for shared, files in SHARING.items()
    for file in files
}


class SharingScheduler(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """Each file goes to one process, and those that share something go to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return SHARED_BY.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharingScheduler | None:
    """Schedule so where files are spread over processes."""
    if config.getoption("dist") != "loadfile":
        return None
    return SharingScheduler(config, log)

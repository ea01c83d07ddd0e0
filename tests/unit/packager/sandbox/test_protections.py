from __future__ import annotations

import signal

import pytest

from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.sandbox import verdict
from services.packager.sandbox.build_server import BuildServer, BuildServerLostError
from services.packager.sandbox.confinement import Limits, Protections, probe
from services.packager.sandbox.messages import Ended
from shared.errors import ConfigurationError

LIMITS = Limits(memory_bytes=256 << 20, cpu_s=60, file_bytes=64 << 20)


class _Elsewhere(BuildServer):
    """A build server on another kernel."""

    def __init__(self, found: Protections) -> None:
        super().__init__(LIMITS)
        self._found = found

    def protections(self) -> Protections:
        """What that kernel has."""
        return self._found


@pytest.mark.parametrize(
    ("landlock_abi", "seccomp", "suffice"),
    [(3, True, True), (7, True, True), (2, True, False), (0, True, False), (7, False, False)],
)
def test_strangers_projects_need_both(landlock_abi: int, *, seccomp: bool, suffice: bool) -> None:
    """Without one of them a packager does not start, and says what is missing and what to do."""
    found = Protections(landlock_abi=landlock_abi, seccomp=seccomp, own_user=False)
    server = _Elsewhere(found)
    assert found.suffice == suffice
    if suffice:
        server.require()
    else:
        with pytest.raises(ConfigurationError, match="PACKAGER_SANDBOX=best-effort"):
            server.require()


def test_what_works_is_found_by_trying() -> None:
    """In processes of their own: this one is as free as before."""
    first = probe()
    assert probe() == first
    assert first.suffice, f"the tests need a kernel that confines builds, not {first}"


@pytest.mark.parametrize(
    ("status", "too_much_memory", "kind"),
    [
        (-signal.SIGKILL, True, ProjectTooHeavyError),
        (-signal.SIGXCPU, False, ProjectTooHeavyError),
        (-signal.SIGSEGV, False, verdict.ProjectBreaksToolsError),
        (-signal.SIGKILL, False, BuildServerLostError),
        (1, False, BuildServerLostError),
    ],
)
def test_the_verdict_on_a_build_that_died(
    status: int, *, too_much_memory: bool, kind: type[Exception]
) -> None:
    """Whose fault it is decides whether it is tried again."""
    ended = Ended(status=status, too_much_memory=too_much_memory)
    error = verdict.died(ended, LIMITS, ("assets/a.png", "assets/b.wav"))
    assert type(error) is kind
    if kind is not BuildServerLostError:
        assert "assets/a.png or assets/b.wav" in str(error)

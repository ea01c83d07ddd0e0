"""The camera's own tests, in the language that it is written in."""

from __future__ import annotations

from services.packager.runtimes.build import run_script


def test_the_cameras_units() -> None:
    """Times, camera paths, timers, …: see ``runtimes/film-camera/test``."""
    run_script("film-camera", "test")

from __future__ import annotations

from services.packager.build.stage_clock import StageClock


def test_every_moment_belongs_to_one_stage() -> None:
    """Two wait for files at a time, before and after it is known what is packed."""
    now = 100.0
    stages = StageClock(lambda: now)
    now += 1  # planning
    with stages.fetching():
        now += 2
        with stages.fetching():
            now += 4
        now += 8
    now += 16
    stages.planned()
    now += 32
    with stages.fetching():
        now += 64
    now += 128
    found = stages.seconds()
    assert (found.fetch_s, found.plan_s, found.pack_s) == (78, 17, 160)
    assert found.build_s == 255

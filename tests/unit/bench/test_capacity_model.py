"""The model of exports, where its answer can be told without it."""

from __future__ import annotations

import pytest

from shared.jetstream import topology
from tests.bench import capacity_model as model
from tests.bench.capacity_model import Costs

TINY = Costs(
    size_mb=0.0,
    cpu_s={"gateway": 0.01, "packager": 0.03, "uploader": 0.02, "nats": 0.03, "s3": 0.02},
    wait_s={"build": 0.05},
    threads=1,
    requests={"HeadObject": 2.0, "UploadPart": 1.0},
    stored_bytes={topology.EXPORTS: 4_000.0},
)
LARGE = Costs(
    size_mb=100.0,
    cpu_s={"gateway": 0.01, "packager": 4.03, "uploader": 0.02, "nats": 0.03, "s3": 0.52},
    wait_s={"build": 0.05},
    threads=2,
    requests={"HeadObject": 2.0, "UploadPart": 13.0},
    stored_bytes={topology.EXPORTS: 4_000.0},
)


def test_a_busy_machine_computes_all_the_time() -> None:
    """So a batch takes what all of it computes, over the processors that there are."""
    exports = [TINY] * 200 + [LARGE] * 10
    computed_s = sum(sum(costs.cpu_s.values()) for costs in exports)
    for cores, speed in ((1, 1.0), (2, 0.5)):
        took_s, _ = model.batch(model.one_machine(cores, speed), exports, at_once=8)
        assert took_s == pytest.approx(computed_s / cores / speed, rel=0.05)


def test_costs_are_a_straight_line() -> None:
    """Between the two that were measured, and beyond."""
    middle = TINY.towards(LARGE, 50.0)
    assert middle.cpu_s["packager"] == pytest.approx(2.03)
    assert middle.requests == pytest.approx({"HeadObject": 2.0, "UploadPart": 7.0})
    assert TINY.towards(LARGE, 100.0).cpu_s == pytest.approx(LARGE.cpu_s)


def test_more_exports_need_more_of_everything_and_nobody_waits_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A few always need two of each."""
    monkeypatch.setattr(model, "SIMULATED", 400)
    few, some, many = (model.need(TINY, LARGE, per_day) for per_day in (1_000, 50_000, 500_000))
    assert set(few.processes.values()) == {2}
    assert few.processes["packager"] < some.processes["packager"] < many.processes["packager"]
    assert many.nats_cores == pytest.approx(10 * some.nats_cores)
    assert all(found.waited_s <= model.PATIENCE_S for found in (few, some, many))


def test_a_stream_is_full_when_what_is_kept_fills_it() -> None:
    """Two gigabytes of EXPORTS hold 30 days of 17,896 exports of 4 kB."""
    full = model.full_at(TINY.stored_bytes)
    assert full[topology.EXPORTS] == pytest.approx((2 << 30) / 4_000 / 30)
    assert list(full) == sorted(full, key=full.__getitem__)

"""Alerts over series that are made up, by ``promtool test rules``: days pass in a moment."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import msgspec

from monitoring.rules import NAME, groups

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def growing(*parts: tuple[float, int]) -> str:
    """A counter: so much more with each of so many samples, part by part."""
    written, value = [], 0.0
    for each, samples in parts:
        written.append(f"{value:g}{each:+g}x{samples - 1}")
        value += each * samples
    return " ".join(written)


def promtool(
    folder: Path,
    series: Mapping[str, str],
    fires: Mapping[str, Mapping[str, int]],
    *,
    about: str,
    of: str = ".+",
    every: str = "1m",
) -> None:
    """Hold what fires against what is expected.

    Args:
        folder: For the files of ``promtool``.
        series: Samples of each.
        fires: Which alerts fire at which time (``70m``), and with how many series each.
        about: The group of the alerts.
        of: Only alerts whose names match this; the others may do as they like.
        every: How often there is a sample, and rules are evaluated.

    Raises:
        AssertionError: Others do; it has promtool's own account.
    """
    rules = [group for group in groups()["groups"] if group["name"] == f"{NAME}-{about}"]
    assert rules
    (folder / "rules.yaml").write_bytes(msgspec.yaml.encode({"groups": rules}))
    case = {
        "interval": every,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count by (alertname) (ALERTS{{alertstate="firing", alertname=~"{of}"}})',
                "eval_time": time,
                "exp_samples": [
                    {"labels": f'{{alertname="{name}"}}', "value": count}
                    for name, count in expected.items()
                ],
            }
            for time, expected in fires.items()
        ],
    }
    test = {"rule_files": ["rules.yaml"], "evaluation_interval": every, "tests": [case]}
    (folder / "test.yaml").write_bytes(msgspec.yaml.encode(test))
    done = subprocess.run(
        ["promtool", "test", "rules", "test.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

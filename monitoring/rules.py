"""Writes alerts as rules of Prometheus: plain, or for its operator in a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from monitoring.alerts import GROUPS
from monitoring.pace import Pace
from monitoring.slo import RECORDINGS

if TYPE_CHECKING:
    from monitoring.alert import Alert, Recording

NAME: Final = "aethel-export"
REAL: Final = Pace()


def groups(pace: Pace = REAL) -> dict[str, Any]:
    """The content of a file of rules."""
    rules = {name: [_rule(alert, pace) for alert in alerts] for name, alerts in GROUPS.items()}
    recorded = [_recorded(recording, pace) for recording in RECORDINGS]
    rules["slo"] = [*recorded, *rules["slo"]]  # one after the other, in this order
    return {"groups": [{"name": f"{NAME}-{name}", "rules": group} for name, group in rules.items()]}


def plain(pace: Pace = REAL) -> str:
    """A file of rules, for a Prometheus that reads files."""
    return _yaml("For a Prometheus that reads files, such as that of compose.", groups(pace))


def for_operator() -> str:
    """A PrometheusRule, for the Prometheus operator."""
    return _yaml(
        "For the Prometheus operator.",
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": NAME},
            "spec": groups(),
        },
    )


def _recorded(recording: Recording, pace: Pace) -> dict[str, Any]:
    return {
        "record": recording.name,
        "expr": recording.expression(pace),
        "labels": dict(recording.labels),  # its own: else YAML refers from one to the other
    }


def _rule(alert: Alert, pace: Pace) -> dict[str, Any]:
    hold = {"for": pace.window(alert.hold_s)} if alert.hold_s else {}
    return {
        "alert": alert.name,
        "expr": alert.expression(pace),
        **hold,
        "labels": {"severity": str(alert.severity)},
        "annotations": {
            "summary": alert.summary,
            "action": alert.action,
            "runbook": alert.runbook,
        },
    }


def _yaml(what: str, content: Any) -> str:
    written = "# Written by: python -m monitoring (monitoring/alerts says what is in it).\n"
    text = yaml.safe_dump(content, sort_keys=False, width=120, allow_unicode=True)
    return f"# {what}\n{written}{text}"

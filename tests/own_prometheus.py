"""A Prometheus of a test's own (Debian's), which scrapes a whole stack and evaluates its rules."""

from __future__ import annotations

import json
import os
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cli.local.ports import free_ports
from cli.local.process import start
from cli.local.servers import binary
from cli.local.stack import answers
from shared.service.process_guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from cli.local.process import Child

JOB = "aethel-export"


@dataclass
class OwnPrometheus:
    """One server, on loopback."""

    url: str
    data: Path
    child: Child

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression now."""
        found: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return found

    def value(self, expression: str) -> float | None:
        """The only value of an expression now; None where there is no series."""
        found = self.query(expression)
        assert len(found) <= 1, found
        return float(found[0]["value"][1]) if found else None

    def alerts(self) -> dict[str, str]:
        """The state of each alert that is pending or firing; firing where any of its series is."""
        states: dict[str, str] = {}
        for alert in self.ask("alerts")["alerts"]:
            name = alert["labels"]["alertname"]
            states[name] = max(
                states.get(name, ""), alert["state"], key=("", "pending", "firing").index
            )
        return states

    def ask(self, path: str, **parameters: str) -> Any:
        """What its API answers; ``HTTPError`` where it refuses."""
        url = f"{self.url}/api/v1/{path}?{urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own
            return json.load(answer)["data"]


@contextmanager
def own_prometheus(
    folder: Path,
    targets: Mapping[str, str],
    *,
    rules: Sequence[Path] = (),
    every: str = "1s",
) -> Iterator[OwnPrometheus]:
    """Start one; it answers queries.

    Args:
        folder: Where its configuration, its log and its data are kept.
        targets: Host and port of each process, by its name, which is its label ``instance``.
        rules: Files of alerts and recordings.
        every: How often it scrapes and evaluates.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(1)
    config = {
        "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
        "rule_files": [str(path) for path in rules],
        "scrape_configs": [
            {
                "job_name": JOB,
                "static_configs": [
                    {"targets": [address], "labels": {"instance": name}}
                    for name, address in targets.items()
                ],
            }
        ],
    }
    (folder / "prometheus.json").write_text(json.dumps(config, indent=1))
    argv = [
        binary("prometheus", "prometheus"),
        f"--config.file={folder / 'prometheus.json'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-admin-api",
    ]
    guard = Guard()
    child = start("prometheus", argv, env=dict(os.environ), log=folder / "log", guard=guard)
    url = f"http://127.0.0.1:{port}"
    try:
        child.wait_until(lambda: answers(f"{url}/-/ready"), timeout_s=60)
        yield OwnPrometheus(url, folder / "data", child)
    finally:
        child.stop()
        guard.close()

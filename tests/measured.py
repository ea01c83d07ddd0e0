"""What this process has measured so far."""

from __future__ import annotations

from prometheus_client import REGISTRY


def measured(sample: str, **labels: object) -> float:
    """The value of one series that is there.

    Raises:
        KeyError: It is not.
    """
    named = {name: str(value) for name, value in labels.items()}
    for family in REGISTRY.restricted_registry([sample]).collect():
        for found in family.samples:
            if (found.name, found.labels) == (sample, named):
                return found.value
    raise KeyError(f"{sample}{named}")


def series(exposition: str) -> set[str]:
    """The series of a process, each by its name and labels."""
    lines = exposition.splitlines()
    return {line.rpartition(" ")[0] for line in lines if line and not line.startswith("#")}

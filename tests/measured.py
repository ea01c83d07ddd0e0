"""What this process has measured so far."""

from __future__ import annotations

from prometheus_client import REGISTRY


def measured(sample: str, **labels: object) -> float:
    """The value of one series that is there.

    Raises:
        KeyError: It is not.
    """
    named = {name: str(value) for name, value in labels.items()}
    value = REGISTRY.get_sample_value(sample, named)
    if value is None:
        raise KeyError(f"{sample}{named}")
    return value

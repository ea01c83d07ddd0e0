"""The keys of an identity provider, by which tokens are checked."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

from shared.metrics.born import born

KEY_FETCHES: Final = Counter(
    "export_identity_key_fetches_total",
    "Times that the identity provider was asked for its keys, by outcome: fetched, failed.",
    ["outcome"],
)

born(KEY_FETCHES, outcome=("fetched", "failed"))

"""All metrics of all services, with their meaning and unit: a module for each thing measured.

A process offers what the modules measure that it imports. Labels take values from closed sets
alone, and all series of such a set are there at 0 from the start (:mod:`shared.metrics.born`):
otherwise Prometheus would not see the first of a kind.
"""

from prometheus_client import disable_created_metrics

# Each counter would have a series more, which no question asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]

"""Queries that only dashboards ask; those that alerts ask too are in :mod:`monitoring.queries`."""

from __future__ import annotations

from typing import Final

from monitoring import queries


def per_minute(counter: str, window: str, *by: str) -> str:
    """How much a counter grows in a minute."""
    return f"60 * {queries.rate(counter, window, *by)}"


# Work.
JOBS: Final = "packager-.*|uploader"
WAITING: Final = f'sum(max by (consumer) (export_consumer_pending{{consumer=~"{JOBS}"}}))'
OLDEST_JOB_S: Final = f"max({queries.oldest_of(JOBS)})"
IN_HAND: Final = "sum by (consumer) (export_messages_in_hand)"
HANDLED: Final = "export_messages_handled_total"


def packing_speed(window: str) -> str:
    """Bytes of artifacts for each second of packing, by platform."""
    packed = queries.rate("export_artifact_bytes_total", window, "platform")
    took = queries.rate('export_stage_seconds_sum{stage="pack"}', window, "platform")
    return f"{packed} / ({took} > 0)"


def package_hits(window: str) -> str:
    """Share of packages that no registry had to be asked for, from 0 to 1."""
    hits = queries.rate('export_packages_total{outcome="hit"}', window)
    return f"{hits} / ({queries.rate('export_packages_total', window)} > 0)"


def derived_hits(window: str) -> str:
    """Share of files made for an export that an earlier one had made, from 0 to 1."""
    hits = queries.rate('export_derived_files_total{outcome="hit"}', window)
    return f"{hits} / ({queries.rate('export_derived_files_total', window)} > 0)"


def reused(window: str) -> str:
    """Share of completed exports that ended with the artifact of an earlier one, from 0 to 1."""
    completed = queries.rate(queries.COMPLETED, window)
    return f"{queries.rate('export_reused_total', window)} / ({completed} > 0)"


# One platform.
def stage_of(platform: str, stage: str, share: float, window: str) -> str:
    """Seconds of a stage."""
    histogram = f'export_stage_seconds{{platform="{platform}", stage="{stage}"}}'
    return queries.quantile(share, histogram, window)


def stage_means(platform: str, window: str) -> str:
    """Mean seconds of each stage."""
    matchers = f'{{platform="{platform}"}}'
    took = queries.rate(f"export_stage_seconds_sum{matchers}", window, "stage")
    number = queries.rate(f"export_stage_seconds_count{matchers}", window, "stage")
    return f"{took} / ({number} > 0)"


def ending_of(platform: str, share: float, window: str) -> str:
    """Seconds from being accepted to the end, by outcome."""
    histogram = f'export_duration_seconds{{platform="{platform}"}}'
    return queries.quantile(share, histogram, window, "outcome")


def endings_of(platform: str) -> str:
    """Counts how exports ended."""
    return f'export_duration_seconds_count{{platform="{platform}"}}'


def attempts_of(platform: str) -> str:
    """Counts attempts that failed."""
    return f'export_attempts_failed_total{{platform="{platform}"}}'


def of_packager(platform: str, gauge: str) -> str:
    """What is seen of its packagers' consumer."""
    return f'max({gauge}{{consumer="packager-{platform}"}})'


# Clients.
SOCKETS_OPEN: Final = "sum(export_websockets_open)"

# Processes.
SWEEP_S: Final = "max(export_sweep_duration_seconds)"
_OURS: Final = "aethel_build_info"  # others that the same Prometheus scrapes have none
MEMORY: Final = f"process_resident_memory_bytes and on (instance) {_OURS}"
VERSIONS: Final = f"count by (service, version) ({_OURS})"


def cpu(window: str) -> str:
    """Cores in use, by instance."""
    used = queries.rate("process_cpu_seconds_total", window, "instance")
    return f"{used} and on (instance) {_OURS}"

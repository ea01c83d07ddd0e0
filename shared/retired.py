"""Variables of the old worker that nobody reads any more, and what replaced them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REPLACED: Final = {
    "REDIS_URL": "NATS_URL: events travel over NATS JetStream",
    "RUNTIME_TEMPLATES_DIR": "nothing: templates come with the packager",
}
PREFIXES: Final = {
    "UPSTASH_": "NATS_URL: events travel over NATS JetStream",
    "EXPORT_": "nothing of that name: see docs/settings.md",
}
STILL_READ: Final = frozenset(
    {
        *("EXPORT_ARTIFACT_TTL_DAYS", "EXPORT_CORS_ORIGINS", "EXPORT_PUBLIC_URL"),
        *(
            "EXPORT_HISTORY_DAYS",
            "EXPORT_MAX_FILES",
            "EXPORT_MAX_FILE_BYTES",
            "EXPORT_MAX_PROJECT_BYTES",
        ),
        *("EXPORT_PREVIEW_ORIGIN", "EXPORT_REQUESTS_PER_MINUTE", "EXPORT_TICKET_TTL_S"),
    }
)


def retired(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each variable that is set in vain, and what replaced it."""
    for name in sorted(environ):
        if name in STILL_READ:
            continue
        prefix = next((p for p in PREFIXES if name.startswith(p)), None)
        if name in REPLACED:
            yield name, REPLACED[name]
        elif prefix is not None:
            yield name, PREFIXES[prefix]

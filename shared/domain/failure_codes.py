"""The codes and reasons with which attempts and exports fail: closed sets, to count by.

A code that is not here is counted as ``other``. A test compares them with every error there is.
"""

from __future__ import annotations

from typing import Final

# Of the maker: they end an export at once, and nobody tries again.
PROJECT_CODES: Final = frozenset(
    {
        "artifact-too-large",
        "bundle-id-invalid",
        "entry-page-missing",
        "film-black",
        "film-failed",
        "film-frozen",
        "film-never-ready",
        "film-page-error",
        "film-too-heavy",
        "film-too-large",
        "game-too-large",
        "icon-invalid",
        "ignore-file-invalid",
        "names-collide",
        "package-archive-invalid",
        "package-integrity",
        "package-integrity-missing",
        "package-invalid",
        "package-json-invalid",
        "package-limit",
        "package-lock-invalid",
        "package-lock-outdated",
        "package-missing",
        "package-registry-none",
        "package-registry-refuses",
        "package-source-refused",
        "package-version-missing",
        "path-invalid",
        "project-breaks-tools",
        "project-empty",
        "project-file-too-large",
        "project-has-warnings",
        "project-invalid",
        "project-too-heavy",
        "signing-key-unknown",
        "signing-required",
        "version-invalid",
    }
)
# Ours, or the world's: another attempt may follow.
ATTEMPT_CODES: Final = frozenset(
    {
        "artifact-being-deleted",
        "artifact-wrong",
        "build-lost",
        "cache-full",
        "film-browser-died",
        "film-damaged",
        "film-gone",
        "film-slice-damaged",
        "internal",
        "nats-unavailable",
        "object-lost",
        "object-missing",
        "option-refused",
        "package-registry-away",
        "parts-lost",
        "platform-unavailable",
        "signing-key-broken",
        "storage-unavailable",
        "stream-full",
        "stuck",
        "template-changed",
        "template-missing",
        "timeout",
        "tool-failed",
        "tool-missing",
        "too-large",
        "unavailable",
        "undecodable",
        "unknown-version",
    }
)
LOST_ATTEMPTS: Final = frozenset({"worker-lost", "worker-stopping"})
ATTEMPT_CAUSES: Final = ATTEMPT_CODES | LOST_ATTEMPTS
# Of exports that have no dead letter, because nothing is wrong with their message.
UNPLACED: Final = frozenset({"events-lost", "no-worker"})
DEAD_LETTER_REASONS: Final = frozenset(
    {
        "crash-loop",
        "lost",
        "max-deliveries",
        "not-retryable",
        "retries-exhausted",
        "undecodable",
        "unexpected-event",
        "unknown-version",
    }
)
FAILURE_CODES: Final = (
    PROJECT_CODES
    | ATTEMPT_CODES
    | UNPLACED
    | (DEAD_LETTER_REASONS - {"not-retryable", "retries-exhausted"})
)
OF_PROJECT: Final = "project"
FAILURE_REASONS: Final = DEAD_LETTER_REASONS | UNPLACED | {OF_PROJECT}

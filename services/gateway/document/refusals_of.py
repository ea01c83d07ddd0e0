"""Which codes one operation may refuse with: some are of a few operations alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PROJECT: Final = "/api/projects/{project_id}"
EXPORTS: Final = f"{PROJECT}/export"
EXPORT: Final = f"{EXPORTS}/{{export_id}}"
IMPORT: Final = f"POST {PROJECT}/import"
BLOBS: Final = frozenset({f"PUT {PROJECT}/blobs/{{sha256}}", f"POST {PROJECT}/blobs"})
FILE: Final = f"{PROJECT}/files/{{path}}"
SNAPSHOT: Final = f"{PROJECT}/snapshot"
SEND: Final = BLOBS | {IMPORT, f"PUT {FILE}", f"PUT {SNAPSHOT}"}
CHANGE: Final = SEND | {f"DELETE {FILE}"}
NAMING: Final = CHANGE - BLOBS
CREATE: Final = "POST /api/projects"
RETRY: Final = f"POST {EXPORT}/retry"
START: Final = frozenset({f"POST {EXPORTS}", RETRY})
PRICE: Final = "POST /api/exports/price"
REPLAY: Final = "POST /api/admin/dead-letters/{seq}/replay"
SHARE: Final = f"PUT {PROJECT}/members/{{member}}"
FILES: Final = f"GET {EXPORT}/files"
DOWNLOAD: Final = f"GET {EXPORT}/download"
PLAY: Final = frozenset({f"POST {EXPORT}/play", f"POST {PROJECT}/play"})
READ: Final = PLAY | {FILES, DOWNLOAD, f"GET {FILE}", f"GET {SNAPSHOT}"}
# A code that is not here may come of every operation with its status.
ONLY: Final[Mapping[tuple[int, str], Collection[str]]] = {
    (401, "ticket-expired"): {DOWNLOAD},
    (403, "quota-exceeded"): CHANGE | START | {CREATE, SHARE},
    (404, "object-missing"): CHANGE | START | READ | {REPLAY},
    (409, "blobs-missing"): {f"PUT {SNAPSHOT}"},
    (409, "not-cancelable"): {f"POST {EXPORT}/cancel"},
    (409, "not-replayable"): {REPLAY},
    (409, "not-retryable"): {RETRY, REPLAY},
    (409, "superseded"): {REPLAY},
    (422, "entry-page-missing"): START,
    (422, "files-not-listed"): {FILES},
    (422, "idempotency-key-reused"): START,
    (422, "ignore-file-invalid"): NAMING | START,
    (422, "not-playable"): PLAY,
    (422, "option-refused"): START | {PRICE},
    (422, "path-invalid"): NAMING,
    (422, "platform-unavailable"): START,
    (422, "project-invalid"): NAMING | START,
    (422, "signing-key-unknown"): START,
    (422, "signing-required"): START,
    (422, "wrong-hash"): BLOBS,
    (422, "zip-invalid"): {IMPORT},
    (429, "quota-exceeded"): SEND | START | {CREATE},
    (503, "spool-full"): {IMPORT},
}


def codes_of(operation: str, status: int, codes: Collection[str]) -> tuple[str, ...]:
    """Of a status' codes those that an operation (``GET /api/…``) may refuse with."""
    return tuple(code for code in codes if operation in ONLY.get((status, code), {operation}))

"""Every code that a refusal may have, by status, with the members that it always has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.gateway.document.examples import PROBLEMS
from services.gateway.document.refusals_of import codes_of
from services.gateway.http.problem_docs import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEM: Final = "application/problem+json"
MINUTES: Final = ("available", "required", "upgradeRequired")
CODES: Final[Mapping[int, Mapping[str, tuple[str, ...]]]] = {
    400: {"bad-request": ("details",), "invalid-request": ("details",), "malformed": ()},
    401: {"ticket-expired": (), "unauthorized": ()},
    402: {"quota-exceeded": MINUTES},
    403: {"forbidden": (), "quota-exceeded": ("quota", "limit", "used")},
    404: {"not-found": (), "object-missing": ()},
    408: {"body-incomplete": (), "head-incomplete": ()},
    409: {
        "blobs-missing": ("missing",),
        "conflict": (),
        "not-cancelable": ("reason", "export"),
        "not-replayable": (),
        "not-retryable": ("reason", "export"),
        "superseded": (),
    },
    410: {"gone": ()},
    413: {"too-large": ()},
    422: {
        "entry-page-missing": (),
        "files-not-listed": (),
        "idempotency-key-reused": (),
        "ignore-file-invalid": (),
        "not-playable": (),
        "option-refused": ("details",),
        "path-invalid": (),
        "platform-unavailable": (),
        "project-invalid": (),
        "signing-key-unknown": (),
        "signing-required": (),
        "wrong-hash": (),
        "zip-invalid": ("details",),
    },
    429: {"quota-exceeded": ("quota", "limit"), "too-many-requests": ()},
    500: {"internal": ()},
    503: {
        "busy": (),
        "identity-provider-away": (),
        "nats-unavailable": (),
        "spool-full": (),
        "storage-unavailable": (),
        "stream-full": (),
        "too-many-connections": (),
        "unavailable": (),
    },
}
HEADERS: Final[dict[str, Any]] = {
    "Retry-After": {
        "description": "Seconds until the same request may succeed.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {
        "description": "How to say who one is (RFC 9110, section 11.6.1).",
        "required": True,
        "schema": {"const": "Bearer"},
    },
    "Connection": {
        "description": "The connection ends: what still comes of the body is of no use.",
        "schema": {"const": "close"},
    },
}
HEADERS_OF: Final = {
    401: "WWW-Authenticate",
    408: "Connection",
    429: "Retry-After",
    503: "Retry-After",
}


class Refusals:
    """The refusals of all operations: those with the same codes are one component."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {"Problem404": _response(404, tuple(CODES[404]))}
        self._names = {(404, tuple(CODES[404])): "Problem404"}  # of routes beside the API

    def of(self, method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
        """The operation, its refusals as references to components, which are made as needed."""
        name = f"{method.upper()} {path}"
        answers = {
            status: self._referred(name, operation["operationId"], int(status))
            if int(status) in CODES
            else answer
            for status, answer in operation["responses"].items()
        }
        return {**operation, "responses": answers}

    def _referred(self, operation: str, operation_id: str, status: int) -> dict[str, str]:
        codes = codes_of(operation, status, CODES[status])
        if (status, codes) not in self._names:
            self._names[status, codes] = _name(status, codes, operation_id)
            self.components[self._names[status, codes]] = _response(status, codes)
        return {"$ref": f"#/components/responses/{self._names[status, codes]}"}


def _name(status: int, codes: tuple[str, ...], operation_id: str) -> str:
    """Of a response: after its only code, or the first operation that has just these codes."""
    if len(codes) == len(CODES[status]):
        return f"Problem{status}"
    return f"Problem{status}.{codes[0] if len(codes) == 1 else operation_id}"


def _response(status: int, codes: tuple[str, ...]) -> dict[str, Any]:
    header = HEADERS_OF.get(status)
    headers = {"headers": {header: {"$ref": f"#/components/headers/{header}"}}} if header else {}
    examples = {
        code: {"$ref": f"#/components/examples/{code}"} for code in codes if _is_of(code, status)
    }
    content = {"schema": _schema(status, codes), **({"examples": examples} if examples else {})}
    return {"description": MEANINGS[status], **headers, "content": {PROBLEM: content}}


def examples() -> dict[str, Any]:
    """The component ``examples``: one problem for each code that was recorded."""
    return {code: {"value": problem} for code, problem in PROBLEMS.items()}


def _is_of(code: str, status: int) -> bool:
    return code in PROBLEMS and PROBLEMS[code]["status"] == status


def _schema(status: int, codes: tuple[str, ...]) -> dict[str, Any]:
    """A problem with this status, one of these codes, and the members of that code."""
    more = [
        {"if": {"properties": {"code": {"const": code}}}, "then": {"required": list(members)}}
        for code in codes
        if (members := CODES[status][code])
    ]
    return {
        "allOf": [{"$ref": "#/components/schemas/Problem"}, *more],
        "properties": {"status": {"const": status}, "code": {"enum": list(codes)}},
    }

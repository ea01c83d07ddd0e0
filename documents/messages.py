"""The messages of the AsyncAPI document: a payload, the headers beside it, and examples."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from documents.examples import EXAMPLES
from documents.references import summary_and_rest, to_schema

JSON: Final = "application/json"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of message."""

    payload: type | None  # None: any bytes
    headers: type | None = None
    named: str = ""
    summary: str = ""
    description: str = ""
    trace: bool = False  # its header ``traceparent`` names the trace that it belongs to

    @property
    def name(self) -> str:
        """As its struct is named, unless it has a name of its own."""
        return self.named or getattr(self.payload, "__name__", "")

    @property
    def described(self) -> dict[str, Any]:
        """The AsyncAPI Message Object."""
        summary, description = summary_and_rest(self.payload) if self.payload else ("", "")
        tag = getattr(getattr(self.payload, "__struct_config__", None), "tag", None)
        described = {
            "name": tag or self.name,
            "title": self.name,
            "summary": self.summary or summary,
            "description": self.description or description,
            "contentType": JSON if self.payload else "application/octet-stream",
            "payload": to_schema(self.payload) if self.payload else {},
            "headers": to_schema(self.headers) if self.headers else None,
            "correlationId": {"location": "$message.header#/traceparent"} if self.trace else None,
            "examples": EXAMPLES.get(self.name),
        }
        return {key: value for key, value in described.items() if value not in (None, "")}

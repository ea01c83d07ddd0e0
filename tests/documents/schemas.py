"""The schemas of a document as an independent library reads them."""

from __future__ import annotations

import copy
import re
from datetime import datetime
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

NAME: Final = "urn:document"
FORMATS: Final = FormatChecker(())
_DATE_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE
)


@FORMATS.checks("date-time", raises=ValueError)  # type: ignore[untyped-decorator]
def _is_date_time(value: object) -> bool:
    """RFC 3339, section 5.6; the library's own check lets a line break at its end pass."""
    if not isinstance(value, str):
        return True
    datetime.fromisoformat(value.upper())
    return _DATE_TIME.fullmatch(value) is not None


class Schemas:
    """One document's schemas; ``closed``: members that it does not name are refused."""

    def __init__(self, document: dict[str, Any], *, closed: bool = False) -> None:
        self._document = closed_copy(document) if closed else document
        resource = DRAFT202012.create_resource(self._document)
        self._registry: Registry[Any] = Registry().with_resource(NAME, resource)

    def of(self, *path: str) -> Draft202012Validator:
        """The validator of the schema at a path of the document."""
        pointer = "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
        return Draft202012Validator(
            {"$ref": f"{NAME}#/{pointer}"},
            registry=self._registry,
            format_checker=FORMATS,
        )

    def errors(self, value: Any, *path: str) -> list[str]:
        """What is wrong with a value, each with its place."""
        return [
            f"{error.json_path}: {error.message}"[:500]
            for error in self.of(*path).iter_errors(value)
        ]


def closed_copy(document: dict[str, Any]) -> dict[str, Any]:
    """The document, its objects without any members that it does not name."""
    closed = copy.deepcopy(document)
    for name, schema in closed["components"]["schemas"].items():
        if "properties" in schema and name != "Advisory":  # NATS says more there than we need
            schema.setdefault("additionalProperties", False)
    return closed

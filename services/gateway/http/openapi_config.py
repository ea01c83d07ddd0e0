"""The OpenAPI document: Litestar writes the routes, msgspec the bodies, which it also reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)
from litestar.plugins import OpenAPISchemaPlugin

from services.gateway.document.completed import completed
from shared.domain.project import Manifest
from shared.domain.websocket_messages import (
    ErrorMessage,
    ExportStatus,
    Gap,
    Log,
    PreviewMessage,
    Ready,
)
from shared.struct_schemas import sent_schemas

if TYPE_CHECKING:
    from litestar import Request
    from litestar._openapi.schema_generation import SchemaCreator
    from litestar.typing import FieldDefinition

MESSAGES: Final = (Ready, ExportStatus, Log, Gap, PreviewMessage, ErrorMessage)
_REFERENCE: Final = "#/components/schemas/{name}"
# What is shown of a thing is named as the thing itself: ``ProjectView`` is ``Project``.
_VIEW: Final = re.compile(r"(?<=[a-z])View$")


class StructSchemas(OpenAPISchemaPlugin):
    """Lets Litestar refer to structs, and describes them once all are known."""

    def __init__(self) -> None:
        self._structs: dict[str, Any] = {}

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Any struct."""
        return not field_definition.is_union and field_definition.is_subclass_of(msgspec.Struct)

    def to_openapi_schema(
        self, field_definition: FieldDefinition, schema_creator: SchemaCreator
    ) -> Schema:
        """A place for the schema of one struct."""
        struct = field_definition.annotation
        self._structs[struct.__name__] = struct
        return schema_creator.create_component_schema(
            field_definition, required=[], property_fields={}
        )

    def complete(self, document: dict[str, Any]) -> dict[str, Any]:
        """Litestar's document with the schemas of all structs, and of the WebSocket's messages."""
        structs = [*self._structs.values(), Manifest, *MESSAGES]
        described = sent_schemas(structs, _REFERENCE)
        described["WebSocketMessage"] = _any_message()
        renamed = {
            _VIEW.sub("", name): {**schema, "title": _VIEW.sub("", name)}
            for name, schema in described.items()
        }
        components = {**document["components"], "schemas": dict(sorted(renamed.items()))}
        return completed(_referring({**document, "components": components}))


class DocumentPlugin(JsonRenderPlugin):
    """Serves the completed document."""

    def __init__(self, structs: StructSchemas) -> None:
        super().__init__()
        self._structs = structs

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        return super().render(request, self._structs.complete(openapi_schema))


def openapi_config(structs: StructSchemas) -> OpenAPIConfig:
    """What the document says of the whole, and where it is served."""
    return OpenAPIConfig(
        title="Aethel Export",
        version="1",
        path="/schema",
        use_handler_docstrings=True,
        render_plugins=[DocumentPlugin(structs)],
        security=[{"bearer": []}],
    )


def streamed(media_type: str, *, struct: type[msgspec.Struct] | None = None) -> type[Operation]:
    """The ``operation_class`` of a route that reads its body as it comes.

    Args:
        media_type: Of the body.
        struct: What it is, where it is JSON.
    """
    schema = (
        Reference(_REFERENCE.format(name=struct.__name__))
        if struct
        else Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
    )
    content = {media_type: OpenAPIMediaType(schema=schema)}

    @dataclass
    class Streamed(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(content=content, required=True)

    return Streamed


def _any_message() -> dict[str, Any]:
    references = {
        message.__struct_config__.tag: _REFERENCE.format(name=message.__name__)
        for message in MESSAGES
    }
    return {
        "description": "What the WebSocket sends, one object for each message.",
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "type", "mapping": references},
    }


def _referring(value: Any) -> Any:
    """The same, with references to the names that the document has."""
    if isinstance(value, list):
        return [_referring(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _VIEW.sub("", inner) if key == "$ref" else _referring(inner)
        for key, inner in value.items()
    }

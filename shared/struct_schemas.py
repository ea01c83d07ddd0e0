"""JSON Schema of structs as they are sent: a key is there, unless it may be UNSET.

Msgspec takes a field with a default for an optional one. That is true of what clients send: those
structs allow no further fields, and their schemas stay as they are.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import NODEFAULT
from msgspec.inspect import Field, StructType, multi_type_info

if TYPE_CHECKING:
    from collections.abc import Iterable


def sent_schemas(structs: Iterable[type], reference: str) -> dict[str, dict[str, Any]]:
    """The schemas of structs and of all that they consist of, by name.

    Args:
        structs: What is described.
        reference: A template with ``{name}``, of the references between the schemas.
    """
    given = list(structs)
    _, schemas = msgspec.json.schema_components(given, ref_template=reference)
    found: dict[str, StructType] = {}
    _collect(multi_type_info(given), found)
    return {
        name: _open(_as_sent(schema, found[name]) if name in found else schema)
        for name, schema in schemas.items()
    }


def _as_sent(schema: dict[str, Any], struct: StructType) -> dict[str, Any]:
    schema = {**schema, "description": cleandoc(schema.get("description", ""))}
    if struct.forbid_unknown_fields:
        return schema
    sent = {field.encode_name for field in struct.fields if not _may_be_unset(field)}
    required = {*schema["required"], *sent}
    properties = {
        name: {key: value for key, value in field.items() if key != "default"}
        for name, field in schema["properties"].items()
    }
    names = [name for name in properties if name in required]
    return {**schema, "properties": properties, "required": names}


def _open(value: Any) -> Any:
    """The same, where objects of any content say so.

    Generators of client types take an object without properties for one that is always empty.
    """
    if isinstance(value, list):
        return [_open(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    opened = {key: _open(inner) for key, inner in value.items()}
    if value.get("type") == "object" and not {"properties", "additionalProperties"} & value.keys():
        opened["additionalProperties"] = True
    return opened


def _may_be_unset(field: Field) -> bool:
    """Whether it has a default, and that is UNSET, which msgspec does not show."""
    has_value = field.default is not NODEFAULT or field.default_factory is not NODEFAULT
    return not (field.required or has_value)


def _collect(info: Any, found: dict[str, StructType]) -> None:
    """Every struct in a description of types, which may contain itself."""
    if isinstance(info, StructType):
        if info.cls.__name__ in found:
            return
        found[info.cls.__name__] = info
    if isinstance(info, msgspec.Struct):
        info = [getattr(info, name) for name in info.__struct_fields__]
    if isinstance(info, list | tuple):
        for inner in info:
            _collect(inner, found)

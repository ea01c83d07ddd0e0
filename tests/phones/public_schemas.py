"""The public schemas of app bundles, as far as tests read them, for the protobuf library.

Source: AOSP, ``aapt2/Resources.proto``; bundletool, ``config.proto``. Field numbers are theirs.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# message -> field -> (number, type or message, repeated)
MESSAGES: dict[str, dict[str, tuple[int, str, bool]]] = {
    "SourcePosition": {"line_number": (1, "uint32", False), "column_number": (2, "uint32", False)},
    "Reference": {
        "type": (1, "uint32", False),
        "id": (2, "uint32", False),
        "name": (3, "string", False),
    },
    "String": {"value": (1, "string", False)},
    "Primitive": {
        "int_decimal_value": (6, "int32", False),
        "int_hexadecimal_value": (7, "uint32", False),
        "boolean_value": (8, "bool", False),
    },
    "FileReference": {"path": (1, "string", False), "type": (2, "uint32", False)},
    "Item": {
        "ref": (1, "Reference", False),
        "str": (2, "String", False),
        "file": (5, "FileReference", False),
        "prim": (7, "Primitive", False),
    },
    "XmlAttribute": {
        "namespace_uri": (1, "string", False),
        "name": (2, "string", False),
        "value": (3, "string", False),
        "source": (4, "SourcePosition", False),
        "resource_id": (5, "uint32", False),
        "compiled_item": (6, "Item", False),
    },
    "XmlNamespace": {
        "prefix": (1, "string", False),
        "uri": (2, "string", False),
        "source": (3, "SourcePosition", False),
    },
    "XmlElement": {
        "namespace_declaration": (1, "XmlNamespace", True),
        "namespace_uri": (2, "string", False),
        "name": (3, "string", False),
        "attribute": (4, "XmlAttribute", True),
        "child": (5, "XmlNode", True),
    },
    "XmlNode": {
        "element": (1, "XmlElement", False),
        "text": (2, "string", False),
        "source": (3, "SourcePosition", False),
    },
    "Value": {"item": (4, "Item", False)},
    "ConfigValue": {"value": (2, "Value", False)},
    "EntryId": {"id": (1, "uint32", False)},
    "Entry": {
        "entry_id": (1, "EntryId", False),
        "name": (2, "string", False),
        "config_value": (6, "ConfigValue", True),
    },
    "Type": {"name": (2, "string", False), "entry": (3, "Entry", True)},
    "Package": {"package_name": (2, "string", False), "type": (3, "Type", True)},
    "ResourceTable": {"package": (2, "Package", True)},
    "Bundletool": {"version": (2, "string", False)},
    "SplitDimension": {"value": (1, "uint32", False), "negate": (2, "bool", False)},
    "SplitsConfig": {"split_dimension": (1, "SplitDimension", True)},
    "Optimizations": {"splits_config": (1, "SplitsConfig", False)},
    "Compression": {"uncompressed_glob": (1, "string", True)},
    "BundleConfig": {
        "bundletool": (1, "Bundletool", False),
        "optimizations": (2, "Optimizations", False),
        "compression": (3, "Compression", False),
    },
}


def message_class(name: str) -> Any:
    """The class of a message, by its name in the schema."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"public.{name}"))


def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(
        name="public.proto", package="public", syntax="proto3"
    )
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, repeated) in fields.items():
            added = message.field.add(name=field, number=number, label=3 if repeated else 1)
            if kind in MESSAGES:
                added.type, added.type_name = 11, f".public.{kind}"
            else:
                added.type = {"bool": 8, "int32": 5, "string": 9, "uint32": 13}[kind]
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


_POOL = _pool()

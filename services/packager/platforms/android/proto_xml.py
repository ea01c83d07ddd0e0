"""An app bundle carries its manifest as a protocol buffer, ``aapt.pb.XmlNode``.

Source: AOSP, ``aapt2/Resources.proto``.
"""

from __future__ import annotations

from typing import Final

from services.packager.platforms.android.wire_format import (
    Field,
    message,
    number,
    read_message,
    text,
    write_message,
)
from services.packager.platforms.android.xml_tree import (
    Attribute,
    Element,
    Kept,
    ManifestError,
    Value,
)

_NODE_ELEMENT: Final = 1
_DECLARED, _NAMESPACE, _NAME, _ATTRIBUTE, _CHILD = 1, 2, 3, 4, 5  # of XmlElement
_PREFIX, _URI = 1, 2  # of XmlNamespace
_ATTRIBUTE_NAMESPACE, _ATTRIBUTE_NAME, _TEXT, _RESOURCE_ID, _ITEM = 1, 2, 3, 5, 6
_STRING, _PRIMITIVE = 2, 7  # of Item
_NUMBER, _TRUTH = 6, 8  # of Primitive


def read_xml(data: bytes) -> Element:
    """The root element of a manifest.

    Raises:
        ManifestError: It is none, or broken.
    """
    try:
        root = _node(data)
    except ValueError as error:
        raise ManifestError(f"the bundle's manifest is broken: {error}") from error
    if not isinstance(root, Element):
        raise ManifestError("the bundle's manifest has no root element")
    return root


def write_xml(root: Element) -> bytes:
    """The manifest."""
    return write_message(_written(root))


def _node(data: bytes) -> Element | bytes:
    """An element, or whatever else a node may be, as it is."""
    node = read_message(data)
    found = [field for field in node if field.number == _NODE_ELEMENT]
    if not found:
        return data
    around = [field for field in node if field.number != _NODE_ELEMENT]
    element = Element(name="", attributes=[], children=[], namespaces=[], kept=([], around))
    for field in read_message(found[-1].data):
        match field.number:
            case 1:
                declared = {one.number: one for one in read_message(field.data)}
                names = _text_of(declared, _PREFIX), _text_of(declared, _URI)
                element.namespaces.append(names)
                element.kept[0].append(field)
            case 2:
                element.namespace = field.text
            case 3:
                element.name = field.text
            case 4:
                element.attributes.append(_attribute(field.data))
            case 5:
                element.children.append(_node(field.data))
            case _:
                element.kept[0].append(field)
    return element


def _attribute(data: bytes) -> Attribute:
    fields = read_message(data)
    by_number = {field.number: field for field in fields}
    resource_id = by_number[_RESOURCE_ID].value if _RESOURCE_ID in by_number else None
    written = [field for field in fields if field.number in (_TEXT, _ITEM)]
    value = _value(by_number, written)
    return Attribute(
        name=_text_of(by_number, _ATTRIBUTE_NAME),
        namespace=_text_of(by_number, _ATTRIBUTE_NAMESPACE),
        resource_id=resource_id if isinstance(resource_id, int) else None,
        value=value,
        kept=([field for field in fields if field not in written], value, written),
    )


def _text_of(fields: dict[int, Field], number: int) -> str:
    return fields[number].text if number in fields else ""


def _value(fields: dict[int, Field], written: list[Field]) -> Value:
    if _ITEM not in fields:
        return _text_of(fields, _TEXT)
    item = read_message(fields[_ITEM].data)
    if [one.number for one in item] == [_STRING]:
        return _text_of({one.number: one for one in read_message(item[0].data)}, 1)
    primitive = read_message(item[0].data) if [one.number for one in item] == [_PRIMITIVE] else []
    if len(primitive) == 1 and isinstance(value := primitive[0].value, int):
        if primitive[0].number == _TRUTH:
            return value != 0
        if primitive[0].number == _NUMBER and value < 1 << 31:
            return value
    return Kept(written)


def _written(element: Element) -> list[Field]:
    """The fields of its node."""
    inside, around = element.kept
    fields = [
        *inside,
        *([text(_NAMESPACE, element.namespace)] if element.namespace else []),
        text(_NAME, element.name),
        *(message(_ATTRIBUTE, *_attribute_fields(one)) for one in element.attributes),
        *(
            message(_CHILD, *_written(child))
            if isinstance(child, Element)
            else Field(_CHILD, 2, child)
            for child in element.children
        ),
    ]
    return [message(_NODE_ELEMENT, *fields), *around]


def _attribute_fields(attribute: Attribute) -> list[Field]:
    """As they were read, unless its value is another one now."""
    others, value, written = attribute.kept
    if attribute.value != value:
        is_plain = attribute.resource_id is None
        written = _value_fields(attribute.value, is_plain=is_plain)
    return sorted([*others, *written], key=lambda one: one.number)


def _value_fields(value: Value, *, is_plain: bool) -> list[Field]:
    """A text that is not compiled is read again: backslashes and runs of spaces would be lost."""
    if isinstance(value, Kept):
        fields: list[Field] = value.content
        return fields
    if isinstance(value, str):
        compiled = [] if is_plain else [message(_ITEM, message(_STRING, text(1, value)))]
        return [text(_TEXT, value), *compiled]
    kind = _TRUTH if isinstance(value, bool) else _NUMBER
    written = str(value).lower()
    return [text(_TEXT, written), message(_ITEM, message(_PRIMITIVE, number(kind, int(value))))]

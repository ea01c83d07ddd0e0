"""Controllers of Animators are checked: a state that nobody has is never reached."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.web.aethel.findings import MAX_SHOWN
from services.packager.web.aethel.schema.controllers import Controller, State, Transition
from services.packager.web.aethel.schema.type_errors import faults, unknown_fields

if TYPE_CHECKING:
    from services.packager.web.aethel.findings import Findings

ANY: Final = "*"


def check(document: dict[str, Any], file: str, findings: Findings, *, path: str = "$") -> None:
    """Report what is wrong with a controller.

    Args:
        document: The controller.
        file: That it stands in.
        findings: Where to.
        path: Its place in the file.
    """
    try:
        controller = msgspec.convert(document, Controller)
    except msgspec.ValidationError:
        for place, message in islice(faults(document, Controller, path), MAX_SHOWN):
            findings.error(file, message, path=place)
        return
    parts: list[tuple[dict[str, Any], type[msgspec.Struct], str]] = [
        (document, Controller, "a controller"),
        *((state, State, "a state") for state in document["states"]),
        *((link, Transition, "a transition") for link in document.get("transitions") or []),
    ]
    for part, kind, what in parts:
        for field in unknown_fields(part, kind):
            message = f"{what} has the field {field!r}, which the player does not know"
            findings.warning(file, message)
    names = {state.name for state in controller.states}
    for number, link in enumerate(controller.transitions or []):
        for field, name in (("from", link.from_ or ANY), ("to", link.to)):
            if name not in names and not (field == "from" and name == ANY):
                message = f"there is no state {name!r}: this transition is never taken"
                findings.warning(file, message, path=f"{path}.transitions[{number}].{field}")
        for condition in link.conditions or []:
            name = condition.parameter
            if controller.parameters and name not in controller.parameters:
                message = f"there is no parameter {name!r}: it is 0 until a script sets it"
                findings.warning(file, message, path=f"{path}.transitions[{number}].conditions")

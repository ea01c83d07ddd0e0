"""Animation blueprints become controllers: states by their names, transitions by priority."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.documents.format import Format
from services.packager.web.aethel.documents.level_builder import Converted

if TYPE_CHECKING:
    from services.packager.web.aethel.documents.fields import Fields, Source
    from services.packager.web.aethel.documents.format import Surroundings

OPERATORS: Final = ("<", "<=", ">", ">=", "==", "!=")
ANY: Final = "any"
KINDS: Final = ("state", "entry", ANY)
TRUTHS: Final = ("bool", "boolean", "trigger")
VARIABLES: Final = ("float", "int", "integer", "number", *TRUTHS)


def recognises(content: Any) -> bool:
    """States with ids that transitions go between, and variables."""
    if not isinstance(content, dict):
        return False
    states, links, variables = (content.get(n) for n in ("states", "transitions", "variables"))
    return (
        isinstance(states, list)
        and isinstance(links, list)
        and isinstance(variables, list)
        and any(isinstance(state, dict) and "id" in state for state in states)
    )


def convert(source: Source, around: Surroundings) -> Converted:  # noqa: ARG001 - names nothing else
    """The controller."""
    blueprint = source.fields()
    given = list(blueprint.each("states"))
    names = _names(given)
    states: list[dict[str, Any]] = []
    looping: set[str] = set()
    places: dict[str, str] = {}
    entries = [_id(state) for state in given if state.raw("type") == "entry"]
    for state in given:
        kind = state.choice("type", KINDS, "state")
        if kind == ANY:
            names[_id(state)] = "*"
        else:
            places[f"$.states[{len(states)}]"] = state.path
            states.append(_state(state, names[_id(state)]))
            looping |= {_id(state)} if states[-1]["loop"] else set()
        state.ignore("position", "animation", "looping", "playRate", "blendIn", "blendOut")
        state.close()
    links = sorted(blueprint.each("transitions"), key=_priority, reverse=True)
    transitions = [made for link in links if (made := _transition(link, names, entries, looping))]
    start = names[entries[0]] if entries else (states[0]["name"] if states else None)
    content = {
        "states": states,
        "transitions": transitions,
        "start": start,
        "parameters": _parameters(blueprint),
    }
    blueprint.ignore("id", "name", "version", "blendSpaces", "layers")
    blueprint.close()
    return Converted(content=content, places=places)


def _id(state: Fields) -> str:
    return state.identifier("id", "")


def _names(states: list[Fields]) -> dict[str, str]:
    """A name of its own for each state, by its id."""
    given = {_id(state): state.text("name") or _id(state) for state in states}
    count = Counter(given.values())
    return {
        state: f"{name} ({state})" if count[name] > 1 else name for state, name in given.items()
    }


def _state(state: Fields, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "clip": state.text("animation") or None,
        "loop": state.flag("looping", default=True),
        "speed": state.number("playRate", 1),
        "fadeIn": state.number("blendIn", 0.2, least=0),
        "fadeOut": state.number("blendOut", 0.2, least=0),
    }


def _priority(link: Fields) -> float:
    return link.number("priority", 0)


def _transition(
    link: Fields, names: dict[str, str], entries: list[str], looping: set[str]
) -> dict[str, Any] | None:
    begin, end = link.identifier("from", ""), link.identifier("to", "")
    for field, state in (("from", begin), ("to", end)):
        if state not in names:
            link.source.fail(f"there is no state with the id {state!r}", link.place(field))
            return None
    automatic = link.flag("automatic", default=False)
    made: dict[str, Any] = {
        "from": names[begin],
        "to": names[end],
        "conditions": [_condition(item) for item in link.each("conditions")],
        "fade": link.number("blendTime", 0.2, least=0),
    }
    if automatic and begin not in entries:
        made["finished"] = True
        if begin in looping:
            link.source.warn("waits for the end of a clip that loops: it never ends", link.path)
    link.lose("has no effect: clips are mixed linearly", *_other_mode(link))
    link.ignore("id", "priority", "blendMode")
    link.close()
    return made


def _other_mode(link: Fields) -> tuple[str, ...]:
    return ("blendMode",) if link.text("blendMode", "linear") != "linear" else ()


def _condition(item: Fields) -> dict[str, Any]:
    value = item.raw("value")
    if not isinstance(value, bool | int | float):
        item.source.fail("has to be a number, true or false", item.place("value"))
    operator = item.text("operator", "==")
    if operator not in OPERATORS:
        item.source.fail(f"has to be one of {' '.join(OPERATORS)}", item.place("operator"))
    made = {"parameter": item.text("variable"), "operator": operator, "value": value}
    item.ignore("id")
    item.close()
    return made


def _parameters(blueprint: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable in blueprint.each("variables"):
        value = variable.raw("defaultValue")
        kind = variable.choice("type", VARIABLES, "float")
        if value is None:
            value = False if kind in TRUTHS else 0
        elif type(value) not in ((bool,) if kind in TRUTHS else (int, float)):
            wanted = "true or false" if kind in TRUTHS else "a number"
            variable.source.fail(f"has to be {wanted}", variable.place("defaultValue"))
        found[variable.text("name")] = value
        variable.ignore("id", "min", "max", "category", "description")
        variable.close()
    return found


FORMAT: Final = Format(
    name="animation blueprint", kind="controller", recognises=recognises, convert=convert
)

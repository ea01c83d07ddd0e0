"""The components as others get them: built, described, and used in a React application."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from services.packager.runtimes.build import EXPORT_PAGE, ROOT, WEB, node, run_script

COMPONENTS = WEB / "components"
DOCUMENTED = (ROOT / "docs/components.md").read_text()


@pytest.fixture(scope="module")
def built() -> None:
    """Client, components and example, as ``npm run build`` makes them."""
    run_script(EXPORT_PAGE, "example")


@pytest.fixture(scope="module")
def elements(built: None) -> list[dict[str, Any]]:  # noqa: ARG001 - what it has made is read
    """What the manifest says of each element."""
    manifest = json.loads((COMPONENTS / "dist/custom-elements.json").read_text())
    return [module["declarations"][0] for module in manifest["modules"]]


@pytest.mark.usefixtures("built")
def test_the_react_example_is_built_on_the_packages() -> None:
    """Its types hold, and a browser's page comes out."""
    assert 'type="module"' in (WEB / "examples/react/dist/index.html").read_text()


@pytest.mark.usefixtures("built")
def test_what_the_package_promises_is_in_it() -> None:
    """Every file that ``package.json`` names is there, types too, and every one is to be packed."""
    package = json.loads((COMPONENTS / "package.json").read_text())
    named = re.findall(r'"\./(dist/[^"]+)"', json.dumps(package["exports"]))
    assert named
    assert [path for path in named if not (COMPONENTS / path).exists()] == []
    assert package["files"] == ["dist", "README.md"]
    script = "const all = await import(process.argv[1]); console.log(Object.keys(all).join())"
    loaded = [node(), "--input-type=module", "--conditions=browser", "-e", script]
    for module in ("format", "failure", "messages/index"):
        exported = subprocess.run(
            [*loaded, str(COMPONENTS / f"dist/{module}.js")], capture_output=True, check=True
        )
        assert exported.stdout.strip()


def test_everything_of_an_element_is_documented(elements: list[dict[str, Any]]) -> None:
    """Its section, or what all have, names each attribute, property, method, event, slot, part."""
    common, *sections = re.split(r"^## `<(?=aethel-)", DOCUMENTED, flags=re.MULTILINE)
    assert len(elements) == len(sections) == 4
    for element in elements:
        (section,) = [text for text in sections if text.startswith(element["tagName"])]
        own = [
            *("attributes", "members", "events", "slots", "cssParts"),
        ]
        names = [each["name"] for kind in own for each in element[kind] if each["name"]]
        lacking = [n for n in names if not re.search(rf"`{n}[`(]", common + section)]
        assert lacking == [], element["tagName"]


def test_every_custom_property_is_documented(elements: list[dict[str, Any]]) -> None:
    """Those of the theme and those of single elements, and no others."""
    theme = set(
        re.findall(r"var\(\s*(--aethel-[a-z-]+)", (COMPONENTS / "src/theme.ts").read_text())
    )
    own = {each["name"] for element in elements for each in element["cssProperties"]}
    assert set(re.findall(r"`(--aethel-[a-z-]+)`", DOCUMENTED)) == theme | own

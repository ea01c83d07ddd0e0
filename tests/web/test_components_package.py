"""The components as others get them: built, described, and used in a React application."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from services.packager.build.progress import WAITING_STEP
from services.packager.build.stages import TITLES
from services.packager.runtimes.build import EXPORT_PAGE, ROOT, WEB, run_script
from shared.domain.export_document import FAILS_AGAIN
from tests.web.conftest import run_node

COMPONENTS = WEB / "components"
NODE_TESTS = ROOT / "tests/web/components"
UPLOADING = ("Checking the parts", "Making the artifact visible", "Recording the expiry")
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


@pytest.mark.usefixtures("built")
def test_the_rules_hold() -> None:
    """Failures, numbers, announcements, searches: what is decided without a browser."""
    run_node("--test", "--test-reporter=spec", str(NODE_TESTS / "rules.test.mjs"))


@pytest.mark.usefixtures("built")
def test_every_step_is_said_in_portuguese() -> None:
    """Those of the packager and the uploader; what nobody knows stays English, and says so."""
    counted = "Packing: 1,090 of 1,202 files, 8.5 MB of 20 MB"
    film = "Filming: frame 1,120 of 1,200, 4.2 frames/s"
    others = [*UPLOADING, WAITING_STEP, FAILS_AGAIN, "Fetching the project"]
    steps = [*TITLES.values(), *others, film, counted]
    shown = json.loads(run_node(str(NODE_TESTS / "steps.mjs"), given=json.dumps([*steps, "New"])))
    assert [step["language"] for step in shown] == ["pt-BR"] * len(steps) + ["en"]
    assert shown[-3]["text"] == "Filmando: quadro 1.120 de 1.200, 4,2 quadros/s"
    assert shown[-2]["text"] == "Empacotando: 1.090 de 1.202 arquivos, 8,5 MB de 20 MB"


def test_everything_of_an_element_is_documented(elements: list[dict[str, Any]]) -> None:
    """Its section, or what all have, names each attribute, property, method, event, slot, part."""
    common, *sections = re.split(r"^## `<(?=aethel-)", DOCUMENTED, flags=re.MULTILINE)
    assert len(elements) == len(sections) == 4
    for element in elements:
        (section,) = [text for text in sections if text.startswith(element["tagName"])]
        kinds = ("attributes", "members", "events", "slots", "cssParts")
        names = [each["name"] for kind in kinds for each in element[kind] if each["name"]]
        lacking = [n for n in names if not re.search(rf"`{n}[`(]", common + section)]
        assert lacking == [], element["tagName"]


def test_every_custom_property_is_documented(elements: list[dict[str, Any]]) -> None:
    """Those of the theme and those of single elements, and no others."""
    theme = set(
        re.findall(r"var\(\s*(--aethel-[a-z-]+)", (COMPONENTS / "src/theme.ts").read_text())
    )
    own = {each["name"] for element in elements for each in element["cssProperties"]}
    assert set(re.findall(r"`(--aethel-[a-z-]+)`", DOCUMENTED)) == theme | own

from __future__ import annotations

import importlib
import re
from pathlib import Path

import msgspec
import pytest

from shared.jetstream.topology import BUCKETS, CONSUMERS, STREAMS
from shared.settings import variables

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samples/*/*.md")])
SETTINGS = {
    "gateway": "GatewaySettings",
    "packager": "PackagerSettings",
    "uploader": "UploaderSettings",
    "status": "StatusSettings",
}


def settings_table() -> str:
    """The table of ``docs/settings.md`` as the code has it."""
    rows: dict[str, tuple[str, str, tuple[str, ...], list[str]]] = {}
    for service, name in SETTINGS.items():
        module = importlib.import_module(f"services.{service}.settings")
        for _, found in variables(getattr(module, name)):
            default = found["default"]
            shown = "required" if default is msgspec.NODEFAULT else default and f"`{default}`"
            rows.setdefault(found["env"], (found["purpose"], str(shown), found["aliases"], []))
            rows[found["env"]][3].append(service)
    return "".join(
        f"| `{name}`{''.join(f' (or `{alias}`)' for alias in aliases)} | {purpose} | {default} | "
        f"{'all' if len(readers) == len(SETTINGS) else ', '.join(readers)} |\n"
        for name, (purpose, default, aliases, readers) in sorted(rows.items())
    )


def test_every_setting_is_documented() -> None:
    """``docs/settings.md`` is what the code reads, no more and no less."""
    document = (ROOT / "docs/settings.md").read_text()
    head = "|---|---|---|---|\n"
    table = document.partition(head)[2].partition("\n\n")[0] + "\n"
    assert table == settings_table()


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_the_readme_knows_every_stream(stream: object) -> None:
    """Its name, and its subjects where they are ours."""
    name, subjects = getattr(stream, "name", ""), getattr(stream, "subjects", [])
    row = re.search(rf"^\| `{name}` .*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert row is not None
    for subject in subjects:
        assert subject in row[0] or subject.startswith("$JS.EVENT.ADVISORY")


def test_every_stream_and_consumer_has_one_name() -> None:
    """Two of the same name would overwrite each other in ``streams apply``."""
    names = [s.name for s in STREAMS] + [f"KV_{b.name}" for b in BUCKETS]
    durables = [c.durable_name for c in CONSUMERS]
    assert len(set(names)) == len(names)
    assert len(set(durables)) == len(durables)


def test_the_runbook_knows_every_alert() -> None:
    """Whoever is woken finds what it means and what to type; and no alert that is gone."""
    alerts = re.findall(r"- alert: (\w+)", (ROOT / "k8s/base/alerts.yaml").read_text())
    told = re.findall(r"`(Export[A-Z]\w+)`", (ROOT / "docs/runbook.md").read_text())
    assert sorted(told) == sorted(alerts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there."""
    for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / link).exists(), link

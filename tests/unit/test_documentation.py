from __future__ import annotations

import ast
import functools
import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType

from shared.domain.export_document import State
from shared.domain.platforms import PLATFORMS
from shared.identity.settings import SecretSettings
from shared.jetstream.topology import (
    ADVISORIES,
    ADVISORY_CONSUMER,
    BUCKETS,
    CONSUMERS,
    DAY_S,
    EXPORTS,
    FILM_CONSUMER,
    FILMS,
    STREAMS,
    packager_durable,
)
from shared.settings import variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from msgspec import Struct
    from nats.js.api import StreamConfig

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samples/*/*.md")])
SETTINGS = {
    "gateway": "GatewaySettings",
    "packager": "PackagerSettings",
    "uploader": "UploaderSettings",
    "status": "StatusSettings",
}
COMMAND_LINE = "command line"


def commands_settings() -> Iterator[type[Struct]]:
    """What the command line loads, wherever it says ``load(SomeSettings, …)``, and what signs."""
    yield SecretSettings
    for path in (ROOT / "cli").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for name in sorted(set(re.findall(r"\bload\((\w+Settings)\b", path.read_text()))):
            yield getattr(importlib.import_module(module), name)


def settings_table() -> str:
    """The table of ``docs/settings.md`` as the code has it."""
    rows: dict[str, tuple[str, str, tuple[str, ...], list[str]]] = {}
    for service, name in SETTINGS.items():
        module = importlib.import_module(f"services.{service}.settings")
        for _, found in variables(getattr(module, name)):
            default = "false" if found["default"] is False else found["default"]
            shown = "required" if default is msgspec.NODEFAULT else default and f"`{default}`"
            file = (f"{found['env']}_FILE",) if found["secret"] else ()
            names = (*found["aliases"], *file)
            rows.setdefault(found["env"], (found["purpose"], str(shown), names, []))
            rows[found["env"]][3].append(service)
    commanded = {found["env"] for cls in commands_settings() for _, found in variables(cls)}
    for name in commanded:
        rows[name][3].append(COMMAND_LINE)
    return "".join(
        f"| `{name}`{''.join(f' (or `{alias}`)' for alias in aliases)} | {purpose} | {default} | "
        f"{_told(readers)} |\n"
        for name, (purpose, default, aliases, readers) in sorted(rows.items())
    )


def _told(readers: list[str]) -> str:
    services = [reader for reader in readers if reader != COMMAND_LINE]
    everybody = ["all services"] if len(services) == len(SETTINGS) else services
    return ", ".join([*everybody, *(reader for reader in readers if reader == COMMAND_LINE)])


def test_every_setting_is_documented() -> None:
    """``docs/settings.md`` is what the code reads, no more and no less."""
    document = (ROOT / "docs/settings.md").read_text()
    head = "|---|---|---|---|\n"
    table = document.partition(head)[2].partition("\n\n")[0] + "\n"
    assert table == settings_table()


def retention(stream: StreamConfig) -> str:
    """What a stream keeps and for how long, as the README says it."""
    each = stream.max_msgs_per_subject or 0
    parts = {
        StorageType(stream.storage).value: True,
        "discard new": stream.discard == DiscardPolicy.NEW,
        "the last value": each == 1,
        f"{each:,} lines an export": each > 1,
        "no deletes": stream.deny_delete,
        "until it is handled": stream.retention == RetentionPolicy.WORK_QUEUE,
        f"{(stream.max_age or 0) // DAY_S:.0f} d": True,
    }
    return ", ".join(part for part, holds in parts.items() if holds)


def durables(stream: StreamConfig) -> set[str]:
    """The durable consumers of a stream; those of the platforms as one."""
    of_platforms = {packager_durable(platform) for platform in PLATFORMS}
    consumers = {
        EXPORTS: CONSUMERS,
        ADVISORIES: (ADVISORY_CONSUMER,),
        FILMS: (FILM_CONSUMER,),
    }.get(stream.name or "", ())
    names = {consumer.durable_name or "" for consumer in consumers}
    return {"packager-<platform>" if name in of_platforms else name for name in names}


def readers(stream: StreamConfig) -> set[str]:
    """The services that name a stream, or a function of ``shared.jetstream`` that reads it."""
    names = {stream.name or ""}
    for path in (ROOT / "shared/jetstream").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef) and stream.name in names_in(node):
                names |= set() if node.name.startswith("_") else {node.name}
    return {
        service
        for service in SETTINGS
        for path in (ROOT / "services" / service).rglob("*.py")
        if names & names_in_file(path)
    }


@functools.cache
def names_in_file(path: Path) -> set[str]:
    """Every name that a module uses."""
    return names_in(ast.parse(path.read_text()))


def names_in(tree: ast.AST) -> set[str]:
    """Every name that some code uses."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_the_readme_knows_every_stream(stream: StreamConfig) -> None:
    """Its subjects where they are ours, what it keeps and for how long, and who reads it.

    Everybody reads the stream of events; the README names its durable consumers.
    """
    row = re.search(rf"^\| `{stream.name}` .*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert row is not None
    _, _, subjects, kept, read_by, _ = (cell.strip() for cell in row[0].split("|"))
    for subject in stream.subjects or []:
        assert f"`{subject}`" in subjects or subject.startswith("$JS.EVENT.ADVISORY")
    assert kept == retention(stream)
    assert set(re.findall("`([^`]+)`", read_by)) == durables(stream)
    if stream.name != EXPORTS:
        words = set(re.findall(r"\w+", re.sub("`[^`]+`", "", read_by)))
        assert words & SETTINGS.keys() == readers(stream)


def test_every_stream_and_consumer_has_one_name() -> None:
    """Two of the same name would overwrite each other in ``streams apply``."""
    names = [s.name for s in STREAMS] + [f"KV_{b.name}" for b in BUCKETS]
    durables = [c.durable_name for c in (*CONSUMERS, ADVISORY_CONSUMER, FILM_CONSUMER)]
    assert len(set(names)) == len(names)
    assert len(set(durables)) == len(durables)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there."""
    for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / link).exists(), link


def test_every_key_of_the_state_is_documented() -> None:
    """``docs/integration.md`` has a table of them, no more and no fewer."""
    document = (ROOT / "docs/integration.md").read_text()
    table = document.partition("### The state\n")[2].partition("\n## ")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(State.__struct_encode_fields__)

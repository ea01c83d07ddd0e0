from __future__ import annotations

import importlib
import pkgutil
import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import services.gateway
import services.packager
import services.status
import services.uploader
import shared
from services.gateway.http.problem_docs import MEANINGS
from shared.errors import ExportError
from shared.service import http_protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "web/components/src/messages/problem-texts.ts"
ROOMS = (shared, services.gateway, services.packager, services.status, services.uploader)
FAILURE = re.compile(r'\bcode="([a-z][a-z-]*)"')  # as it is given to a failure
PHRASES = {HTTPStatus(status).phrase.lower().replace(" ", "-") for status in MEANINGS}


def _modules(room: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def _errors(kind: type[ExportError]) -> Iterator[type[ExportError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _errors(below)


def test_every_code_of_a_problem_is_told_in_portuguese() -> None:
    """Of errors, of failures that are no errors, of connections that are refused."""
    modules = [module for room in ROOMS for module in _modules(room)]
    ours = ("services.", "shared.")  # other tests have errors of their own
    codes = {kind.code for kind in _errors(ExportError) if kind.__module__.startswith(ours)}
    for module in modules:
        codes |= {*FAILURE.findall(Path(module.__file__ or "").read_text())}
    refusals = vars(http_protocol).values()
    codes |= {each.code for each in refusals if isinstance(each, http_protocol.Refusal)}
    codes |= PHRASES & {"bad-request", "method-not-allowed", "not-found", "unauthorized"}
    told = {*re.findall(r'^  "?([a-z-]+)"?: "', TEXTS.read_text(), re.MULTILINE)}
    assert codes - told == set()
    assert told - codes == set()

"""Properties that scenes give to scripts are checked: a name that no script uses has no effect.

Scripts are read as text: a property is used where its name stands in the script, in what that
imports, or in what imports it. Where any of the script's own modules looks at fields by names that
it puts together, nothing is said.
"""

from __future__ import annotations

import difflib
import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from services.packager.web.aethel.findings import MAX_SHOWN
from services.packager.web.aethel.scripting.scripts import imported, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from services.packager.web.aethel.asset_index import AssetIndex
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.scenes import Scene

MAX_COMPARED: Final = 2_000  # words, in search of the one that was meant
LIKE: Final = 0.75
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*+")
_DYNAMIC: Final = re.compile(
    r"""
      \b(?: this | self | ctx | context | properties | props? | params | options | settings | p )
        \s*+ (?:\?\.)?+ \s*+ \[
    | \.\.\.\s*+[\w$]++\s*+\}\s*+=\s*+[\w$.]*?\bproperties\b
    | \[ \s*+ (?: key | name | prop | property | field | attr | k | p )s?+ \s*+ \]
    | \b(?: Object | Reflect | JSON ) \s*+ \.
    | \bnew\s++Proxy\b | \beval\b
    | \bin\s++(?: this | properties )\b
    | \bfor\s*+\(\s*+(?: const | let | var )\s++[\w$]++\s++in\b
    | \.\.\.\s*+[\w$.]*?\b(?: this | properties )\b
    | \b(?: this | ctx | context )\.properties\s*+[,)\]}]
    """,
    re.VERBOSE,
)


class ScriptProperties:
    """Knows which names the scripts of a project use."""

    def __init__(self, index: AssetIndex, texts: Mapping[str, str]) -> None:
        self._index = index
        self._texts = texts
        self._known: dict[str, frozenset[str]] = {}  # the words that count for a script
        self._imports: dict[str, list[str]] = {}
        self._importers: dict[str, list[str]] | None = None
        self._compared = 0

    def check(self, scene: Scene, findings: Findings) -> None:
        """Warn of the properties of a scene's scripts that have no effect."""
        for use in scene.scripts:
            script = self._index.find_script(use.reference, scene)
            if script is None or script not in self._texts:
                continue
            known = self._known_to(script)
            for name in use.properties if known else ():
                if name not in known:
                    message = f"{script} uses no property {name!r}: it has no effect"
                    message += self._meant(name, self._texts[script])
                    findings.warning(scene.file, message, path=f"{use.path}.{name}")

    def _known_to(self, script: str) -> frozenset[str]:
        """All words that count; none where names are put together at run time."""
        if script not in self._known:
            own = self._reached([script], self._imports_of)
            if any(_DYNAMIC.search(self._texts[module]) for module in own):
                self._known[script] = frozenset()
            else:
                users = own | self._reached([script], self._importers_of)
                words = (_WORD.findall(self._texts[user]) for user in users)
                self._known[script] = frozenset(chain.from_iterable(words))
        return self._known[script]

    def _reached(
        self, start: Iterable[str], following: Callable[[str], list[str]]
    ) -> frozenset[str]:
        found = set(start)
        waiting = list(found)
        while waiting:
            for path in following(waiting.pop()):
                if path not in found:
                    found.add(path)
                    waiting.append(path)
        return frozenset(found)

    def _imports_of(self, path: str) -> list[str]:
        if path not in self._imports:
            strings = quoted(self._texts[path])
            found = imported(path, strings, self._index.project)
            self._imports[path] = [module for module in found if module in self._texts]
        return self._imports[path]

    def _importers_of(self, path: str) -> list[str]:
        if self._importers is None:
            self._importers = {}
            for importer in self._texts:
                for module in self._imports_of(importer):
                    self._importers.setdefault(module, []).append(importer)
        return self._importers.get(path, [])

    def _meant(self, name: str, text: str) -> str:
        """The word of the script that is most like a name, for the first few."""
        self._compared += 1
        if self._compared > MAX_SHOWN:
            return ""
        words = sorted({*_WORD.findall(text)})[:MAX_COMPARED]
        near = difflib.get_close_matches(name, words, 1, LIKE)
        return f" (it has {near[0]!r})" if near else ""

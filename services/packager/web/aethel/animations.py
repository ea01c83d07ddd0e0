"""Animators are checked against their models: a clip that no model has never plays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.web.aethel.schema.controllers import Controller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.web.aethel.asset_index import AssetIndex
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.scenes import AnimatorUse, Scene

MAX_NAMES: Final = 10  # in one message
OF_ANOTHER: Final = "#"  # stands between a model and its clip


def check(scene: Scene, index: AssetIndex, findings: Findings) -> None:
    """Warn of states whose clips are in no model that they name or that their Animator plays on."""
    for use in scene.animators:
        if found := _controller(use, scene, index):
            document, file, path = found
            for place, message in _Clips(use, scene, index).faults(document, path):
                findings.warning(file, message, path=place)


def _controller(
    use: AnimatorUse, scene: Scene, index: AssetIndex
) -> tuple[dict[str, Any], str, str] | None:
    """The controller, its file, and its place there; None where it is not there, or faulty."""
    asset = scene.assets.get(use.controller)
    if asset and asset.data is not None:
        document: dict[str, Any] | None = asset.data
        file, path = scene.file, f"$.assets[id={use.controller}].data"
    else:
        file, path = index.find(use.controller, scene) or "", "$"
        document = index.controller(file) if file else None
    try:
        msgspec.convert(document, Controller)
    except msgspec.ValidationError:  # which was told already
        return None
    return (document, file, path) if document else None


class _Clips:
    """Knows the clips that an Animator may play."""

    def __init__(self, use: AnimatorUse, scene: Scene, index: AssetIndex) -> None:
        self._scene = scene
        self._index = index
        self._models = sorted({file for name in use.models if (file := index.find(name, scene))})
        self._own = self._clips_of(self._models)

    def faults(self, controller: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
        """(place, what is wrong) of states, and of a start that is none."""
        states = controller["states"]
        for number, state in enumerate(states):
            clip = state.get("clip", state["name"])  # null: nothing is to play
            if clip is not None and (why := self._fault(clip)):
                place = f"{path}.states[{number}].{'clip' if 'clip' in state else 'name'}"
                yield place, f"the state {state['name']!r} plays {why}"
        start = controller.get("start")
        if (
            start
            and all(state["name"] != start for state in states)
            and (why := self._fault(start))
        ):
            yield f"{path}.start", f"there is no state {start!r}, so it plays {why}"

    def _fault(self, name: str) -> str:
        model, found, clip = name.partition(OF_ANOTHER)
        file = self._index.find(model, self._scene) if found else None
        files = [file] if file else self._models
        known = self._clips_of(files) if found else self._own
        if found and file is None:
            return f"the clip {name!r}, whose model is not in the project: nothing moves"
        if known is None or (clip if found else name) in known:
            return ""
        names = ", ".join(sorted(known)[:MAX_NAMES]) or "none"
        shown = " and ".join(files)
        return (
            f"the clip {name!r}, which {shown} has not got: nothing moves; name one of its own "
            f"({names})"
        )

    def _clips_of(self, files: list[str]) -> frozenset[str] | None:
        """The names of all clips; None where that cannot be known."""
        models = [self._index.model(file) for file in files]
        if not models or None in models:
            return None
        return frozenset().union(*(model.clips for model in models if model))

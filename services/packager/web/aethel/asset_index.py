"""The asset index reads files as scenes use them, each once, and reports what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.project.files import CONTENT, is_asset
from services.packager.project.unreadable import UnreadableError
from services.packager.web.aethel import asset_paths, controllers, materials, media, models
from services.packager.web.aethel.findings import read_document
from services.packager.web.aethel.models import extensions as model_extensions
from services.packager.web.aethel.reading import read_prefab
from services.packager.web.aethel.scenes import strings_in
from services.packager.web.file_faults import absence
from shared.domain.globs import matches_any

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.materials import Material
    from services.packager.web.aethel.models import Model
    from services.packager.web.aethel.scenes import Scene
    from services.packager.web.file_faults.fault import Fault

SCRIPTS: Final = "scripts/"
SCRIPT_FOLDERS: Final = (SCRIPTS, CONTENT)
SCRIPT_SUFFIXES: Final = ("", ".ts", ".js", ".mjs", ".tsx", ".jsx")  # in the player's order


def is_script(path: str) -> bool:
    """Whether a file of the project is one of its scripts."""
    return path.startswith(SCRIPTS) or (
        path.startswith(CONTENT) and path.endswith(SCRIPT_SUFFIXES[1:])
    )


class AssetIndex:
    """Reads models, materials, prefabs and data on demand."""

    def __init__(self, project: ProjectFiles, request: Request, findings: Findings) -> None:
        self.project = project
        self._request = request
        self._findings = findings
        self._models: dict[str, Model | None] = {}
        self._extensions: set[str] = set()  # that the player lacks, and that was told
        self._materials: dict[str, Material] = {}
        self._prefabs: dict[str, Scene | None] = {}
        self._controllers: dict[str, dict[str, Any] | None] = {}
        self._strings: dict[str, list[str]] = {}

    def find(self, reference: str, scene: Scene | None = None) -> str | None:
        """The project path behind an asset's id or a path; None where there is none."""
        return asset_paths.resolve(self.project, scene.path_of(reference) if scene else reference)

    def find_script(self, reference: str, scene: Scene | None = None) -> str | None:
        """Likewise, of a script: ``scripts/`` and the suffix may be left out."""
        path = asset_paths.normalized(scene.path_of(reference) if scene else reference)
        candidates = (root + path + suffix for root in ("", SCRIPTS) for suffix in SCRIPT_SUFFIXES)
        return next((p for p in candidates if p in self.project and is_script(p)), None)

    def model(self, file: str) -> Model | None:
        """A model's header; None, and an error reported once, where it cannot be read."""
        if file not in self._models:
            try:
                self.convert(file)
                model = self._models[file] = models.read_model(self.project, file)
                self._tell(file, model)
            except UnreadableError as error:
                self._findings.error(file, str(error))
                self._models[file] = None
        return self._models[file]

    def _tell(self, file: str, model: Model) -> None:
        for fault in model.faults:
            self.broken(file, fault)
        for message in model_extensions.lacking(model):
            self._findings.error(file, message)
        for extension, message in model_extensions.ignored(model):
            if extension not in self._extensions:
                self._extensions.add(extension)
                self._findings.warning(file, message)

    def convert(self, file: str) -> None:
        """Let a file that no browser reads be one that it does; others stay as they are.

        Raises:
            UnreadableError: It cannot be converted.
        """
        if media.suffix_of(file) and file not in self.project.made:
            if missing := absence(self.project, file):
                raise UnreadableError(missing.message)
            self.project.replace(file, media.converted(self.project, file))

    def picture(self, file: str) -> None:
        """Convert a picture that no browser reads; an error is reported where that fails."""
        try:
            self.convert(file)
        except UnreadableError as error:
            self._findings.error(file, str(error))

    def maps(self, file: str) -> dict[str, str]:
        """The texture of each map of a material."""
        return self.material(file).maps

    def material(self, file: str) -> Material:
        """What has to be known of a material."""
        if file not in self._materials:
            self._materials[file] = materials.read_material(self.project, file, self._findings)
        return self._materials[file]

    def prefab(self, file: str) -> Scene | None:
        """A prefab that has a file of its own."""
        if file not in self._prefabs:
            self._prefabs[file] = read_prefab(self.project, file, self._findings)
        return self._prefabs[file]

    def known_prefab(self, file: str) -> Scene | None:
        """A prefab that has been read already; None for any other file."""
        return self._prefabs.get(file)

    def controller(self, file: str) -> dict[str, Any] | None:
        """A controller, checked once; None, and an error reported, where it is none."""
        if file not in self._controllers:
            document = read_document(self.project, file, self._findings)
            self._controllers[file] = document
            if document is not None:
                with self._findings.walking(file):
                    controllers.check(document, file, self._findings)
        return self._controllers[file]

    def strings(self, file: str) -> list[str]:
        """Every string of a JSON file: each may name another file."""
        if file not in self._strings:
            document = read_document(self.project, file, self._findings)
            self._strings[file] = list(strings_in(document))
        return self._strings[file]

    def missing(self, file: str, reference: str, path: str = "") -> None:
        """Report a reference that leads nowhere.

        In debug the player shows what is missing where it is missing, so that work can go on.
        """
        if self._findings.is_full:
            return
        if self.tell_if_left_out(file, reference):
            return
        self._gravely(file, asset_paths.missing(self.project, reference), path=path)

    def missing_node(self, file: str, node: str, *, scene: str, path: str) -> None:
        """Likewise of a node that a model does not have."""
        model = self.model(file)
        if model and node not in model.nodes:
            message = f"{file} has no node {node!r}; there are: {model.nodes.listed}"
            self._gravely(scene, message, path=path)

    def broken(self, file: str, fault: Fault) -> None:
        """Likewise of a file that nobody can read, or not all of it."""
        if fault.certain:
            self._gravely(file, fault.message)
        else:
            self._findings.warning(file, fault.message)

    def _gravely(self, file: str, message: str, *, path: str = "") -> None:
        debug = self._request.configuration == "debug"
        (self._findings.warning if debug else self._findings.error)(file, message, path=path)

    def tell_if_left_out(self, file: str, reference: str) -> bool:
        """Warn of a file that the options leave out; whether they do."""
        left_out = bool(reference) and self.find(reference) is None and self._left_out(reference)
        if left_out:
            message = f"{reference!r} is left out by excludePatterns and includeAssets"
            self._findings.warning(file, message)
        return left_out

    def _left_out(self, reference: str) -> bool:
        options = self._request.options
        paths = [root + asset_paths.normalized(reference) for root in (*asset_paths.ROOTS, SCRIPTS)]
        return any(
            matches_any(path, options.exclude_patterns)
            or (is_asset(path) and not options.include_assets)
            for path in paths
        )

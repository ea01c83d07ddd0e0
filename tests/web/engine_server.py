"""The engine's own server and editor, as ``docs/migration.md`` has them."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from services.packager.runtimes.build import node
from tests.web.conftest import ROOT, WEB, run_node

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EXAMPLES = ROOT / "docs/examples"


class Engine:
    """The engine's server: its pages, and the two routes that ``docs/migration.md`` gives it."""

    def __init__(self, pages: Path, environ: Mapping[str, str], rows: Path) -> None:
        self.pushes = 0
        engine = self

        class Routes(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments, directory=str(pages))

            def log_message(self, *_arguments: object) -> None:
                """The test's own output is enough."""

            def do_GET(self) -> None:
                if self.path == "/api/export-token":
                    self._answer(200, engine.token().encode())
                elif self.path == "/favicon.ico":
                    self._answer(204, b"")
                else:
                    super().do_GET()

            def do_POST(self) -> None:
                assert self.path == "/api/projects/lantern/push"
                engine.push()
                self._answer(204, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._environ = {**os.environ, **environ}
        self._rows = rows
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Routes)

    def token(self) -> str:
        """By the documented function, for its user."""
        program = (
            f"import {{ exportToken }} from {json.dumps(str(EXAMPLES / 'export-token.mjs'))};"
            'process.stdout.write(exportToken({ id: "ann", email: "ann@example.com" }));'
        )
        return run_node("--input-type=module", "-e", program, **self._environ)

    def push(self) -> None:
        """By the documented script, of rows as its database has them."""
        self.pushes += 1
        script = str(EXAMPLES / "push-project.mjs")
        run_node(script, str(self._rows), "--user", "ann", **self._environ)


def built_editor(gateway: str, out: Path) -> None:
    """The editor's page of the React application; the rest of that has a test of its own."""
    program = f"""
      import react from "@vitejs/plugin-react";
      import {{ build }} from "vite";
      const rolldownOptions = {{ input: "editor.html" }};
      const output = {{ outDir: {json.dumps(str(out))}, rolldownOptions }};
      await build({{ configFile: false, plugins: [react()], logLevel: "error", build: output }});
    """
    command = [node(), "--input-type=module", "-e", program]
    environ = {**os.environ, "VITE_EXPORT_URL": gateway}
    subprocess.run(command, cwd=WEB / "examples/react", env=environ, check=True)

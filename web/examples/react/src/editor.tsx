import { AethelExportClient } from "@aethel/export-client";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { ExportDialog } from "./ExportDialog";

/** What of an editor's page is about exports: a button and its dialog (`docs/migration.md`). */

const projectId = new URLSearchParams(location.search).get("project") ?? "";
const client = new AethelExportClient({
  baseUrl: import.meta.env["VITE_EXPORT_URL"] ?? location.origin, // never from the page's address: tokens go there
  token: async () => (await answered("/api/export-token")).text(), // asked again when it has expired
});

async function answered(path: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(path, init);
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
  return answer;
}

async function push(): Promise<void> {
  await answered(`/api/projects/${encodeURIComponent(projectId)}/push`, { method: "POST" });
}

function Editor() {
  const [isExporting, setExporting] = useState(false);
  return (
    <main>
      <button onClick={() => setExporting(true)}>Export…</button>
      {isExporting && (
        <ExportDialog client={client} projectId={projectId} push={push} onClose={() => setExporting(false)} />
      )}
    </main>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Editor />
  </StrictMode>,
);

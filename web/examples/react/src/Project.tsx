import type { AethelExportClient } from "@aethel/export-client";
import "@aethel/export-components";
import type {} from "@aethel/export-components/react";
import { useState } from "react";

/** A project's exports: ask for one, look at one, and the history. */
export function Project({ client, projectId }: { client: AethelExportClient; projectId: string }) {
  const [exportId, setExportId] = useState<string | null>(null);
  return (
    <>
      <aethel-export-button
        client={client}
        projectId={projectId}
        platform="web"
        configuration="release"
        onexport-created={({ detail }) => setExportId(detail.exportId)}
      />
      {exportId && (
        <section>
          <aethel-export-progress client={client} projectId={projectId} exportId={exportId} />
          <aethel-export-log client={client} projectId={projectId} exportId={exportId} />
        </section>
      )}
      <aethel-export-list
        client={client}
        projectId={projectId}
        selected={exportId}
        onexport-selected={({ detail }) => setExportId(detail.exportId)}
      />
    </>
  );
}

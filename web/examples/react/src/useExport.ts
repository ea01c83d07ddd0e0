import { type AethelExportClient, type ExportRequest, hasEnded, type LogLine, type State } from "@aethel/export-client";
import { useCallback, useEffect, useReducer, useState } from "react";

/** One export, as a component shows it. */
export interface ExportView {
  state: State | null;
  lines: readonly LogLine[];
  /** How news comes: live, by polling, or not at the moment. */
  via: "socket" | "polling" | "waiting" | null;
  error: Error | null;
}

type News = { [Key in keyof ExportView]?: ExportView[Key] } | { line: LogLine };

const NOTHING: ExportView = { state: null, lines: [], via: null, error: null };
const MOST_LINES = 1_000;

/** Ask for exports of a project, one at a time, and follow them to their ends, across reloads of the connection. */
export function useExport(client: AethelExportClient, projectId: string) {
  const [watched, setWatched] = useState<{ exportId: string } | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [view, tell] = useReducer(viewAfter, NOTHING);

  useEffect(() => {
    if (watched === null) return;
    const stop = new AbortController();
    follow(client, projectId, watched.exportId, stop.signal, tell).catch((error: unknown) => {
      if (!stop.signal.aborted) tell({ error: error as Error });
    });
    return () => stop.abort();
  }, [client, projectId, watched]);

  const ask = useCallback(async (request: () => Promise<unknown>) => {
    tell({ error: null });
    setAsking(true);
    try {
      await request();
    } catch (error) {
      tell({ error: error as Error });
    } finally {
      setAsking(false);
    }
  }, []);

  const exportId = watched?.exportId ?? null;
  return {
    ...view,
    exportId,
    isUnderWay: isAsking || (exportId !== null && !(view.state && hasEnded(view.state))),
    /** `prepare` comes before: it brings the project's newest files to the service. */
    start: (request: ExportRequest, prepare: () => Promise<void>) =>
      ask(async () => {
        tell(NOTHING);
        setWatched(null);
        await prepare();
        const { export: made } = await client.createExport(projectId, request);
        setWatched({ exportId: made.id });
      }),
    cancel: () => ask(async () => exportId && (await client.cancel(projectId, exportId))),
    /** The same export in its next generation: it is watched anew. */
    retry: () =>
      ask(async () => {
        if (exportId === null) return;
        await client.retry(projectId, exportId);
        tell(NOTHING);
        setWatched({ exportId });
      }),
  };
}

async function follow(
  client: AethelExportClient,
  projectId: string,
  exportId: string,
  signal: AbortSignal,
  tell: (news: News) => void,
): Promise<void> {
  for await (const event of client.watch(projectId, exportId, { signal })) {
    if (event.type === "state") tell({ state: event.state });
    else if (event.type === "log") tell({ line: event.line });
    else if (event.type === "connection") tell({ via: event.via });
  }
}

function viewAfter(view: ExportView, news: News): ExportView {
  if ("line" in news) return { ...view, lines: [...view.lines.slice(1 - MOST_LINES), news.line] };
  return { ...view, ...news };
}

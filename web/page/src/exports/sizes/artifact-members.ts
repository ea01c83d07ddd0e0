/** All members of an artifact, and those of the finished export before it. */
import type { AethelExportClient, ExportSummary, State } from "@aethel/export-client";

import type { Member } from "./comparison.ts";

const PAGE_SIZE = 1000;
const LIST_SIZE = 100;

/** Everything that an artifact holds, in the order of the archive. Raises the `ExportError` of the service. */
export async function membersOf(client: AethelExportClient, projectId: string, exportId: string): Promise<Member[]> {
  const members: Member[] = [];
  let pageToken: string | null = null;
  do {
    const page = await client.listFiles(projectId, exportId, {
      pageSize: PAGE_SIZE,
      ...(pageToken === null ? {} : { pageToken }),
    });
    members.push(...page.files);
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
  return members;
}

/** The newest completed export of the same platform that was asked for before this one; null where there is none. */
export async function exportBefore(client: AethelExportClient, state: State): Promise<ExportSummary | null> {
  let pageToken: string | null = null;
  do {
    const page = await client.listExports(state.projectId, {
      status: ["completed"],
      platform: [state.platform],
      pageSize: LIST_SIZE,
      ...(pageToken === null ? {} : { pageToken }),
    });
    const before = page.exports.find((other) => isBefore(other, state));
    if (before) return before;
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
  return null;
}

/** Ids begin with the time; the id alone decides between two of one moment. */
function isBefore(other: ExportSummary, state: State): boolean {
  const [then, now] = [Date.parse(other.createdAt ?? ""), Date.parse(state.createdAt ?? "")];
  return other.id !== state.id && (then < now || (then === now && other.id < state.id));
}

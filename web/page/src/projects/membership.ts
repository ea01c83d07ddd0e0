import { ExportError, type Project, type Role } from "@aethel/export-client";
import type { PageContext } from "../page-context.ts";

/** Gives somebody a role; the project as it is then. Raises an {@link ExportError}. */
export async function setMember(context: PageContext, projectId: string, userId: string, role: Role): Promise<Project> {
  const answer = await send(context, "PUT", projectId, userId, { role });
  return (await answer.json()) as Project;
}

/** Ends a membership; `me` ends one's own. Raises an {@link ExportError}. */
export async function endMembership(context: PageContext, projectId: string, userId: string): Promise<void> {
  await send(context, "DELETE", projectId, userId);
}

async function send(
  { link, session }: PageContext,
  method: string,
  projectId: string,
  userId: string,
  body?: object,
): Promise<Response> {
  const path = `/api/projects/${encodeURIComponent(projectId)}/members/${encodeURIComponent(userId)}`;
  const headers = { Authorization: `Bearer ${await session.currentToken()}`, "Content-Type": "application/json" };
  const answer = await link.fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  throw new ExportError(problem, { status: answer.status });
}

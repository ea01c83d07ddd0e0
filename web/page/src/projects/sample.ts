import { ExportError, type Project } from "@aethel/export-client";
import type { PageContext } from "../page-context.ts";

/**
 * Makes a project of the sample that comes with the page. One of the reader's own that has its identifier is
 * filled anew; where the identifier is somebody else's the service chooses another.
 */
export async function pushSample({ client, facts, link }: PageContext): Promise<Project> {
  const { sample } = facts;
  if (sample === null) throw new Error("the page has no sample");
  const answer = await link.fetch(sample.url);
  if (!answer.ok) throw new Error(`${sample.url}: ${answer.status}`);
  const zip = await answer.blob();
  const { id } = await ownProject(sample.id, sample.name, client);
  await client.importZip(id, zip);
  return await client.getProject(id);
}

async function ownProject(id: string, name: string, client: PageContext["client"]): Promise<Project> {
  try {
    return await client.createProject({ id, name });
  } catch (error) {
    if (!(error instanceof ExportError && error.status === 409)) throw error;
  }
  try {
    const known = await client.getProject(id);
    if (known.role !== "viewer") return known;
  } catch (error) {
    if (!(error instanceof ExportError && error.status === 404)) throw error;
  }
  return await client.createProject({ name });
}

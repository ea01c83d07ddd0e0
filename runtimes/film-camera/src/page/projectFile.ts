/** Files of the project that direct a film: they lie in its site, under their own paths. */

import { real } from "../real";

/** The file as a text; rejects when it is not there. */
export async function readProjectFile(path: string): Promise<string> {
  const url = new URL(path.split("/").map(encodeURIComponent).join("/"), document.baseURI);
  const answer = await real.fetch(url);
  if (!answer.ok) throw new Error(`film: ${path} is not among the game's files (${answer.status}).`);
  return answer.text();
}

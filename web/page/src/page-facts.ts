/** What the server tells everybody about itself: `GET /page.json`. */
export interface PageFacts {
  version: string;
  websocketUrl: string;
  previewOrigin: string | null;
  localSignIn: boolean;
  limits: { projectBytes: number; files: number; fileBytes: number };
  sample: { name: string; id: string; url: string } | null;
}

/** Loads the facts. Raises a `TypeError` where nobody answers, an `Error` where the answer is none. */
export async function loadPageFacts(): Promise<PageFacts> {
  const answer = await fetch("/page.json", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`/page.json: ${answer.status}`);
  return (await answer.json()) as PageFacts;
}

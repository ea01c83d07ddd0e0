import { AethelExportClient } from "@aethel/export-client";
import type { PageFacts } from "./page-facts.ts";
import { Router } from "./router.ts";
import { ServiceLink } from "./service-link.ts";
import { Session } from "./session.ts";
import { Uploads } from "./upload/uploads.ts";

/** What every view of the page works with; made once, handed down as a property. */
export interface PageContext {
  readonly facts: PageFacts;
  readonly session: Session;
  readonly link: ServiceLink;
  readonly client: AethelExportClient;
  readonly router: Router;
  readonly uploads: Uploads;
}

export function createPageContext(facts: PageFacts): PageContext {
  const session = new Session(facts.localSignIn);
  const link = new ServiceLink(session);
  const client = new AethelExportClient({
    baseUrl: location.origin,
    token: () => session.currentToken(),
    fetch: link.fetch,
  });
  const uploads = new Uploads(client, link, facts.limits);
  session.addEventListener("change", () => session.token === null && uploads.clear());
  return { facts, session, link, client, router: new Router(), uploads };
}

/** What the part behind `#` of the address says should be shown. */
export type Route =
  { view: "projects" } | { view: "project"; projectId: string; exportId: string | null } | { view: "unknown" };

const PROJECT = /^\/projects\/([^/]+)(?:\/exports\/([^/]+))?\/?$/;

/** The route of a hash such as `#/projects/my-game`; whatever else stands there is `unknown`. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#/, "");
  if (path === "" || path === "/") return { view: "projects" };
  const [, projectId, exportId] = PROJECT.exec(path) ?? [];
  if (!projectId) return { view: "unknown" };
  try {
    return {
      view: "project",
      projectId: decodeURIComponent(projectId),
      exportId: exportId ? decodeURIComponent(exportId) : null,
    };
  } catch {
    return { view: "unknown" }; // a lone % sign
  }
}

/** The hash that leads to a project, or to one of its exports. */
export function projectHash(projectId: string, exportId: string | null = null): string {
  const project = `#/projects/${encodeURIComponent(projectId)}`;
  return exportId ? `${project}/exports/${encodeURIComponent(exportId)}` : project;
}

/** Follows the address: event `route` after each change, also by the buttons back and forward. */
export class Router extends EventTarget {
  route: Route = parseRoute(location.hash);

  constructor() {
    super();
    addEventListener("hashchange", () => {
      this.route = parseRoute(location.hash);
      this.dispatchEvent(new Event("route"));
    });
  }
}

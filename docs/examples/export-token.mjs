import { createHmac } from "node:crypto";

const LIVES_S = 600;

/** A token for one user of yours, good for ten minutes: a JWT with HS256, and the claims that the gateway reads. */
export function exportToken({ id, email, plan }) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { userId: id, email, role: "user", plan, iat: now, exp: now + LIVES_S };
  const signed = [{ alg: "HS256", typ: "JWT" }, claims].map(base64url).join(".");
  const signature = createHmac("sha256", process.env.JWT_SECRET).update(signed).digest("base64url");
  return `${signed}.${signature}`;
}

function base64url(part) {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

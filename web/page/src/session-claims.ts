/** What a bearer token says of its bearer. The server alone checks it: here it is only shown. */
export interface Claims {
  userId: string;
  email: string | null;
  expiresAt: Date | null;
}

/** Reads the claims of a JSON Web Token (RFC 7519); null where the text is none. */
export function readClaims(token: string): Claims | null {
  const parts = token.split(".");
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return null;
  try {
    const base64 = parts[1]!.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return asClaims(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}

function asClaims(value: unknown): Claims | null {
  if (typeof value !== "object" || value === null) return null;
  const { userId, email, exp } = value as Record<string, unknown>;
  if (typeof userId !== "string" || userId === "") return null;
  return {
    userId,
    email: typeof email === "string" && email !== "" ? email : null,
    expiresAt: typeof exp === "number" ? new Date(exp * 1000) : null,
  };
}

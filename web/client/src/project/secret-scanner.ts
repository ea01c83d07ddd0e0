import { IGNORE_FILE } from "./ignore-patterns.js";

/** Finds private keys and tokens in what a file holds (`shared/domain/secret_scanner.py` looks for the same). */

const KEPT_LETTERS = 4_096; // of a block, as what is looked for may begin in it
const LEAST_LETTERS = 4; // different ones in a token that is none of an example
const LOOKED_AT_BYTES = 8_192; // for a NUL, which no text has
const KEY_FILE = /\.(pem|key)$/i;
const MEDIA = new RegExp(
  "\\.(png|jpg|jpeg|webp|avif|gif|bmp|ico|ktx2|basis|dds|mp3|ogg|opus|wav|m4a|flac|mp4|webm|mov" +
    "|glb|fbx|bin|wasm|woff|woff2|ttf|otf|zip|gz|psd)$",
  "i",
);
const SPACE = "[ \\t\\n\\r\\f\\v]";
const PRIVATE = new RegExp(
  "-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----" +
    `(?=((?:${SPACE}|\\\\+[nrt]|["'],?${SPACE}{0,64}\\+?${SPACE}{0,64}["'])*))\\1` + // all of it, for good
    "(?:$|[A-Za-z0-9+/=]{4}|Proc-Type:|DEK-Info:|Version:|Comment:)",
);
const PUBLIC = new RegExp(
  "-----BEGIN (?:(?:TRUSTED |X509 )?CERTIFICATE(?: REQUEST)?|X509 CRL|PKCS7|DH PARAMETERS" +
    "|EC PARAMETERS|(?:[A-Z0-9]{2,12} )?PUBLIC KEY(?: BLOCK)?)-----",
);
const SERVICE_ACCOUNT = new RegExp(`"type"${SPACE}*:${SPACE}*"service_account"`);
const AWS_ID = /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/;
const AWS_SECRET =
  /(?<![A-Za-z0-9/+])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/;
const TOKENS: readonly (readonly [mark: string, name: string, form: RegExp])[] = (
  [
    ...["p", "o", "u", "s", "r"].map((kind) => [`gh${kind}_`, "a GitHub token", `gh${kind}_([A-Za-z0-9]{36,255})`]),
    ["github_pat_", "a GitHub token", "github_pat_([A-Za-z0-9_]{40,255})"],
    ["glpat-", "a GitLab token", "glpat-([A-Za-z0-9_-]{20,64})"],
    ["npm_", "an npm token", "npm_([A-Za-z0-9]{36})"],
    ["pypi-", "a PyPI token", "pypi-(AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,255})"],
    ["xox", "a Slack token", "xox[abprs]-([0-9]{8,}-[A-Za-z0-9-]{16,255})"],
    ["_live_", "a Stripe key", "[sr]k_live_([A-Za-z0-9]{24,255})"],
    ["sk-ant-", "an API key", "sk-ant-([A-Za-z0-9_-]{32,255})"],
    ["sk-proj-", "an API key", "sk-proj-([A-Za-z0-9_-]{40,255})"],
    ["GOCSPX-", "a Google client secret", "GOCSPX-([A-Za-z0-9_-]{28})"],
  ] as [string, string, string][]
).map(([mark, name, form]) => [mark, name, new RegExp(`(?<![A-Za-z0-9_])${form}(?![A-Za-z0-9_])`, "g")]);

/** Whether a file may hold text that is nobody's business; pictures, sounds and the like are not searched. */
export function isScanned(path: string): boolean {
  return !MEDIA.test(path) && path !== IGNORE_FILE;
}

/** Looks at one file, block by block. */
export class SecretScanner {
  readonly #isKeyFile: boolean;
  #found = "";
  #isPublic = false;
  #isUtf16 = false;
  #isBinary: boolean | null = null;
  #rest = "";

  constructor(path: string) {
    this.#isKeyFile = KEY_FILE.test(path);
  }

  /** Look at the next bytes. */
  feed(block: Uint8Array): void {
    if (this.#isBinary === null && block.length > 0) this.#begin(block);
    if (this.#found !== "" || (this.#isBinary && !this.#isKeyFile)) return;
    const text = this.#rest + lettersOf(this.#isUtf16 ? block.filter((byte) => byte !== 0) : block);
    this.#found = secretIn(text);
    this.#isPublic ||= PUBLIC.test(text);
    this.#rest = text.slice(-KEPT_LETTERS);
  }

  /** Whether what was seen of the file, or else its name, looks like a secret; `found` says what, "" its name. */
  get secret(): { found: string } | null {
    return this.#found !== "" || (this.#isKeyFile && !this.#isPublic) ? { found: this.#found } : null;
  }

  #begin(block: Uint8Array): void {
    const [first, second] = block;
    this.#isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
    this.#isBinary = !this.#isUtf16 && block.subarray(0, LOOKED_AT_BYTES).includes(0);
  }
}

const latin1 = new TextDecoder("latin1"); // one letter a byte; what is looked for is ASCII

function lettersOf(block: Uint8Array): string {
  return latin1.decode(block);
}

function secretIn(text: string): string {
  if (text.includes("PRIVATE KEY") && PRIVATE.test(text)) return "a private key";
  if (text.includes("service_account") && text.includes("private_key") && SERVICE_ACCOUNT.test(text)) {
    return "the key of a service account";
  }
  const mayHaveAwsId = text.includes("AKIA") || text.includes("ASIA");
  if (mayHaveAwsId && AWS_ID.test(text) && AWS_SECRET.test(text)) return "an AWS key with its secret";
  for (const [mark, name, form] of TOKENS) {
    if (text.includes(mark) && holds(form, text)) return name;
  }
  return "";
}

/** Whether it is there, and no example: those repeat one letter. */
function holds(form: RegExp, text: string): boolean {
  for (const [, token = ""] of text.matchAll(form)) {
    if (new Set(token.toLowerCase()).size >= LEAST_LETTERS) return true;
  }
  return false;
}

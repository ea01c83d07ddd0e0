/** The members of an artifact by type, beside those of the export before it. */
import { ASSET_TYPES, type AssetType, assetType } from "./asset-types.ts";

/** A member of an artifact; sizes in bytes, `packedSize` as it lies in the archive. */
export interface Member {
  readonly path: string;
  readonly size: number;
  readonly packedSize: number | null;
}

export interface TypeSizes {
  readonly type: AssetType;
  /** Largest first. */
  readonly members: readonly Member[];
  readonly bytes: number;
  /** Of the export before it; null where there is none to compare with. */
  readonly bytesBefore: number | null;
}

export type ChangeKind = "added" | "removed" | "grown" | "shrunk";

export interface Change {
  readonly kind: ChangeKind;
  readonly path: string;
  /** How many bytes more, or (negative) less, than before. */
  readonly delta: number;
}

/** Every type that one of both has, the largest first. */
export function sizesByType(members: readonly Member[], before: readonly Member[] | null): TypeSizes[] {
  const now = byType(members);
  const then = before && byType(before);
  const types = ASSET_TYPES.filter((type) => now.has(type) || then?.has(type)).map((type) => ({
    type,
    members: [...(now.get(type) ?? [])].sort((one, other) => other.size - one.size),
    bytes: total(now.get(type) ?? []),
    bytesBefore: then && total(then.get(type) ?? []),
  }));
  return types.sort((one, other) => other.bytes - one.bytes);
}

/** What has another size than before, the largest difference first. A file with a new hash in its name is the same file. */
export function changesBetween(members: readonly Member[], before: readonly Member[]): Change[] {
  const then = new Map(before.map((member) => [member.path, member]));
  const now = new Map(members.map((member) => [member.path, member]));
  const fresh = members.filter(({ path }) => !then.has(path));
  const gone = before.filter(({ path }) => !now.has(path));
  const renamed = renames(fresh, gone);
  const wentInto = new Set(renamed.values());
  const changes = members.map((member): Change => {
    const old = then.get(member.path) ?? renamed.get(member);
    const delta = member.size - (old?.size ?? 0);
    return { kind: old ? (delta < 0 ? "shrunk" : "grown") : "added", path: member.path, delta };
  });
  for (const member of gone)
    if (!wentInto.has(member)) changes.push({ kind: "removed", path: member.path, delta: -member.size });
  return changes
    .filter(({ kind, delta }) => delta !== 0 || kind === "added" || kind === "removed")
    .sort((one, other) => Math.abs(other.delta) - Math.abs(one.delta));
}

export function total(members: Iterable<Member>): number {
  let bytes = 0;
  for (const member of members) bytes += member.size;
  return bytes;
}

function byType(members: readonly Member[]): Map<AssetType, Member[]> {
  const groups = new Map<AssetType, Member[]>();
  for (const member of members) {
    const type = assetType(member.path);
    const group = groups.get(type);
    if (group) group.push(member);
    else groups.set(type, [member]);
  }
  return groups;
}

/** Fresh members → the one that has gone, where both are the only ones of their name without its hash. */
function renames(fresh: readonly Member[], gone: readonly Member[]): Map<Member, Member> {
  const old = uniqueByStem(gone);
  const pairs = new Map<Member, Member>();
  for (const [stem, member] of uniqueByStem(fresh)) {
    const before = old.get(stem);
    if (before) pairs.set(member, before);
  }
  return pairs;
}

function uniqueByStem(members: readonly Member[]): Map<string, Member> {
  const found = new Map<string, Member>();
  const taken = new Set<string>();
  for (const member of members) {
    const stem = stemOf(member.path);
    if (stem === null) continue;
    if (taken.has(stem)) found.delete(stem);
    else found.set(stem, member);
    taken.add(stem);
  }
  return found;
}

/** A path without the hash that bundlers write before the extension (`index-BX3f_9aQ.js`); null where there is none. */
function stemOf(path: string): string | null {
  const match = /^(.*)[-.]([\w-]{8,})(\.[^./]+(?:\.(?:br|gz))?)$/.exec(path);
  return match?.[2] && /\d|[A-Z]/.test(match[2]) ? `${match[1]}${match[3]}` : null;
}

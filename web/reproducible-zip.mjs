/** A ZIP whose bytes depend on names and contents alone: no times, no owners, sorted names. */
import { crc32, deflateRawSync } from "node:zlib";

const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
const VERSION = 20; // 2.0: deflate (APPNOTE.TXT 4.4.3)
const FIRST_OF_JANUARY_1980 = 0x21;

/**
 * @param {Map<string, Buffer>} files by path; smaller than 4 GiB together, fewer than 65,536
 * @returns {Buffer}
 */
export function zip(files) {
  const members = [];
  const directory = [];
  let offset = 0;
  for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes, { level: 9 });
    const about = description(bytes, packed, name);
    members.push(Buffer.from("PK\x03\x04"), about, name, packed);
    directory.push(directoryEntry(about, offset), name);
    offset += 4 + about.length + name.length + packed.length;
  }
  return Buffer.concat([...members, ...directory, endRecord(files.size, Buffer.concat(directory).length, offset)]);
}

/** What a member's local header and its entry in the directory have in common: 26 bytes. */
function description(bytes, packed, name) {
  const about = Buffer.alloc(26);
  about.writeUInt16LE(VERSION, 0);
  about.writeUInt16LE(UTF8_NAMES, 2);
  about.writeUInt16LE(DEFLATED, 4);
  about.writeUInt16LE(FIRST_OF_JANUARY_1980, 8);
  about.writeUInt32LE(crc32(bytes), 10);
  about.writeUInt32LE(packed.length, 14);
  about.writeUInt32LE(bytes.length, 18);
  about.writeUInt16LE(name.length, 22);
  return about;
}

function directoryEntry(about, offset) {
  const entry = Buffer.alloc(46);
  entry.write("PK\x01\x02", "latin1");
  entry.writeUInt16LE(VERSION, 4);
  about.copy(entry, 6);
  entry.writeUInt32LE(offset, 42);
  return entry;
}

function endRecord(count, directoryBytes, offset) {
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}

import { clientError } from "../http/export-error.js";
import { fromBlob, type SourceFile } from "./source-file.js";

/**
 * The files and folders of a drop, thousands of them one after the other.
 *
 * Call it in the handler of the `drop` event itself: the browser empties its `dataTransfer` when that returns. Raises `file-unreadable`.
 */
export function filesFromDrop(transfer: DataTransfer): AsyncIterable<SourceFile> {
  const items = Array.from(transfer.items).filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  return { [Symbol.asyncIterator]: () => walk(entries.filter((entry) => entry !== null)) };
}

async function* walk(entries: readonly (FileSystemEntry | File)[]): AsyncGenerator<SourceFile> {
  for (const entry of entries) {
    if (entry instanceof File) yield fromBlob(entry.name, entry);
    else if (isFile(entry)) yield fromBlob(pathOf(entry), await opened(entry));
    else if (isFolder(entry)) yield* inside(entry);
  }
}

/** A folder is read in batches, until one is empty. */
async function* inside(folder: FileSystemDirectoryEntry): AsyncGenerator<SourceFile> {
  const reader = folder.createReader();
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, (error) => reject(unreadable(folder, error)));
    });
    if (batch.length === 0) return;
    yield* walk(batch);
  }
}

function opened(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, (error) => reject(unreadable(entry, error))));
}

function unreadable(entry: FileSystemEntry, cause: DOMException): Error {
  const detail = `${pathOf(entry)} cannot be read (${cause.message}): make it readable, or leave it out of what you drop`;
  return clientError("file-unreadable", "A file cannot be read", detail, { cause });
}

function pathOf(entry: FileSystemEntry): string {
  return entry.fullPath.replace(/^\/+/, "");
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

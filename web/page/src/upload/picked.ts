import { filesFromDrop, filesFromInput, type SourceFile } from "@aethel/export-client";

/** What a reader has chosen to upload. `isLoose`: single files, not a folder that stands for a whole project. */
export type Picked =
  | { kind: "zip"; name: string; zip: File }
  | { kind: "files"; name: string; isLoose: boolean; files: Iterable<SourceFile> | AsyncIterable<SourceFile> };

/** What was dropped; null where it holds no files. Call it while the event is handled: browsers forget it afterwards. */
export function pickedFromDrop(transfer: DataTransfer): Picked | null {
  const entries = Array.from(transfer.items, (item) => (item.kind === "file" ? item.webkitGetAsEntry() : null));
  const isLoose = !entries.some((entry) => entry?.isDirectory);
  const [first] = transfer.files;
  if (first === undefined) return null;
  if (isLoose) return pickedFromFiles(Array.from(transfer.files));
  return { kind: "files", name: first.name, isLoose, files: filesFromDrop(transfer) };
}

/** What was chosen in one of the inputs, whose files are in a folder where it is one for folders. */
export function pickedFromFiles(files: readonly File[]): Picked | null {
  const [first] = files;
  if (first === undefined) return null;
  if (files.length === 1 && isZip(first)) return { kind: "zip", name: first.name, zip: first };
  const folder = first.webkitRelativePath.split("/")[0];
  if (folder) return { kind: "files", name: folder, isLoose: false, files: filesFromInput(files) };
  return { kind: "files", name: first.name, isLoose: true, files: openFirst(filesFromInput(files)) };
}

/** A page that comes alone becomes the one that opens first, whatever it is called. */
function openFirst(files: SourceFile[]): SourceFile[] {
  const [only] = files;
  if (files.length !== 1 || !only || !/\.html?$/i.test(only.path)) return files;
  return [{ ...only, path: "index.html" }];
}

function isZip(file: File): boolean {
  return /\.zip$/i.test(file.name) || file.type === "application/zip" || file.type === "application/x-zip-compressed";
}

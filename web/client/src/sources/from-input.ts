import { fromBlob, type SourceFile } from "./source-file.js";

/** The files of an `<input type="file">`; of one with `webkitdirectory`, at their places in the folder. */
export function filesFromInput(files: FileList | Iterable<File>): SourceFile[] {
  return Array.from(files, (file) => fromBlob(file.webkitRelativePath || file.name, file));
}

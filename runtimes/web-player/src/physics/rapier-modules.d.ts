declare module "@dimforge/rapier3d/exports.js" {
  export * from "@dimforge/rapier3d";
}

declare module "@dimforge/rapier3d/rapier_wasm3d_bg.js" {
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/** All of three.js, for games whose scripts import it. */
export * from "three";

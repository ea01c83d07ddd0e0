export { Bar } from "./bar";

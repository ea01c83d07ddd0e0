/** Prints in which language each step from standard input is shown to readers of Portuguese: JSON in, JSON out. */
import { text } from "node:stream/consumers";

const built = (name) => import(new URL(`../../../web/components/dist/${name}.js`, import.meta.url));
const { formatFor } = await built("format");
const { readableStep } = await built("messages/steps");

const steps = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(steps.map((step) => readableStep(step, "pt-BR", formatFor("pt-BR")))));

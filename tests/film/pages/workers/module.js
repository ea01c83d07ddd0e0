import { count } from "../slow/module.js";

onmessage = ({ data }) =>
  setTimeout(() => postMessage(`module ${data} ${count} ${Math.round(performance.now())}`), 30);

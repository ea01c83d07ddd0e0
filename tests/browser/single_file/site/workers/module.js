import { tool } from './tool.js';
onmessage = async () => postMessage(tool + ' ' + await (await fetch(new URL('../data/words.txt', import.meta.url))).text());
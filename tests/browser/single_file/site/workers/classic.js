importScripts('part.js');
onmessage = async () => postMessage(part + ' ' + await (await fetch('../data/words.txt')).text());
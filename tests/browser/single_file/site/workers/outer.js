const inner = new Worker('classic.js');
inner.onmessage = ({ data }) => postMessage('outer ' + data);
onmessage = () => inner.postMessage('go');

onconnect = ({ ports: [port] }) => {
  port.onmessage = async () => port.postMessage(await (await fetch('../data/words.txt')).text());
};

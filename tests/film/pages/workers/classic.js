// Thinks for a while, asks for a file beside itself, and counts by a timer of its own.
let ticks = 0;
setInterval(() => (ticks += 1), 40);
onmessage = async ({ data }) => {
  const text = await (await fetch("../slow/number.txt")).text();
  let sum = 0;
  for (let n = 0; n < 2e5; n++) sum += Math.sqrt(n * data);
  postMessage(`classic ${data} ${text.trim()} ${ticks} ${sum % 1000 | 0} ${Math.random().toFixed(3)}`);
};

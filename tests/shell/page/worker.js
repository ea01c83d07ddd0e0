onmessage = (event) => {
  Atomics.store(new Int32Array(event.data.buffer), 0, 42);
  postMessage("done");
};

/** Keeps something in every storage there is, and talks of it. */
localStorage.setItem("treasure", "gold");
document.cookie = "treasure=gold";
await new Promise((resolve, reject) => {
  const opening = indexedDB.open("treasure");
  opening.onsuccess = resolve;
  opening.onerror = reject;
});
await caches.open("treasure");
await navigator.serviceWorker.register("sw.js");
await navigator.serviceWorker.ready;
const channel = new BroadcastChannel("treasure");
setInterval(() => channel.postMessage("gold"), 20);
document.documentElement.dataset.hidden = "yes";

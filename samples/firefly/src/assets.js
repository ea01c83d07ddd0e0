/** Loads everything before the first frame; a missing file is named. */

const PICTURES = ["firefly", "mote", "star", "bat-up", "bat-down", "moon", "hills-far", "hills-mid", "hills-near"];

/** @returns {Promise<{pictures: Record<string, HTMLImageElement>, levels: object[]}>} */
export async function loadAssets() {
  const [levels, ...pictures] = await Promise.all([loadJson("data/levels.json"), ...PICTURES.map(loadPicture)]);
  return { levels, pictures: Object.fromEntries(PICTURES.map((name, at) => [name, pictures[at]])) };
}

async function loadPicture(name) {
  const picture = new Image();
  picture.src = `assets/${name}.png`;
  try {
    await picture.decode();
  } catch {
    throw new Error(`assets/${name}.png could not be loaded`);
  }
  return picture;
}

async function loadJson(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} could not be loaded`);
  return answer.json();
}

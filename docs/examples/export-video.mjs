/** `exportVideo` of the engine's facade, on Aethel Export: a film is made of the project as it is there, and comes as a Blob. */

// What WebCodecs calls a codec, which the facade's configuration does, too.
const CODECS = [
  [/^avc1/, { container: "mp4", videoCodec: "h264" }],
  [/^(hev1|hvc1)/, { container: "mp4", videoCodec: "hevc" }],
  [/^(vp8$|vp09)/, { container: "webm", videoCodec: "vp9" }], // nobody makes VP8 any more
  [/^av01/, { container: "webm", videoCodec: "av1" }],
];

/**
 * `options.video` of a duration in seconds and the facade's `Partial<VideoEncoderConfig>`, whose bit rate counts bits a second. The settings of the
 * editor's export dialog need no translation: they are `options.video`, with `durationS` beside them.
 */
export function videoOptions(duration, config = {}) {
  const { codec, width, height, bitrate, framerate, keyFrameInterval, hardwareAcceleration } = config;
  const shape = codec === undefined ? {} : CODECS.find(([name]) => name.test(codec))?.[1];
  if (shape === undefined) throw new Error(`nobody films in ${codec}`);
  const wanted = {
    durationS: duration,
    ...shape,
    width,
    height,
    fps: framerate,
    bitrate: bitrate === undefined ? undefined : Math.round(bitrate / 1000),
    keyframeInterval: keyFrameInterval,
    hardwareAcceleration: hardwareAcceleration === "prefer-hardware" ? true : undefined,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}

/**
 * Film the project.
 *
 * `onPrice(minutes)` is told the build minutes before they are spent; answering false ends it there. `onProgress(state)` hears how far it is, and
 * `onPreview(preview)` gets a small picture now and then. Aborting the signal cancels the film on the service, too.
 */
export async function exportVideo(client, projectId, video, { onPrice, onProgress, onPreview, signal } = {}) {
  const request = { platform: "video", options: { video } };
  const { estimatedMinutes, film } = await client.priceOf(request);
  if ((await onPrice?.(estimatedMinutes)) === false) return null;
  const { export: made } = await client.createExport(projectId, request);
  const cancel = () => void client.cancel(projectId, made.id).catch(() => undefined);
  signal?.addEventListener("abort", cancel);
  try {
    for await (const event of client.watch(projectId, made.id, { signal })) {
      if (event.type === "preview") onPreview?.(event.preview);
      if (event.type === "state") onProgress?.(event.state);
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
  const ended = await client.getExport(projectId, made.id);
  if (ended.status !== "completed") throw new Error(ended.error ?? `the film is ${ended.status}`);
  const { body } = await client.download(projectId, made.id, { signal });
  return await new Response(body, { headers: { "Content-Type": film.contentType } }).blob();
}

import type { AethelExportClient, Configuration, Platform, PlatformName, State } from "@aethel/export-client";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useExport } from "./useExport";

interface Props {
  client: AethelExportClient;
  projectId: string;
  /** Bring the project's newest files to the service: a request to your own server. */
  push: () => Promise<void>;
  onClose: () => void;
}

/** Choose a platform, watch the export, take the artifact. */
export function ExportDialog({ client, projectId, push, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [platforms, problem] = usePlatforms(client);
  const { state, lines, error, isUnderWay, start, cancel, retry } = useExport(client, projectId);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const appName = String(form.get("appName"));
    void start(
      {
        platform: form.get("platform") as PlatformName,
        configuration: form.get("configuration") as Configuration,
        ...(appName ? { options: { appName } } : {}),
      },
      push,
    );
  }

  return (
    <dialog ref={dialog} onClose={onClose} aria-label="Export">
      <form onSubmit={submit}>
        <select name="platform" aria-label="Platform" disabled={isUnderWay}>
          {platforms.map(({ platform, reason }) => (
            <option key={platform} value={platform} title={reason ?? undefined}>
              {platform}
              {reason && " (not now)"}
            </option>
          ))}
        </select>
        <select name="configuration" aria-label="Configuration" defaultValue="release" disabled={isUnderWay}>
          <option>debug</option>
          <option>release</option>
          <option>distribution</option>
        </select>
        <input name="appName" aria-label="Name of the game" placeholder="As in the project" disabled={isUnderWay} />
        <button disabled={isUnderWay || platforms.length === 0}>Export</button>
      </form>
      {state && <Progress state={state} />}
      <p role="alert">{(error ?? problem)?.message}</p>
      {state?.canCancel && <button onClick={() => void cancel()}>Cancel</button>}
      {state?.canRetry && <button onClick={() => void retry()}>Try again</button>}
      {state?.downloadUrl && <a href={state.downloadUrl}>Download {state.fileName}</a>}
      {lines.length > 0 && (
        <details>
          <summary>Log</summary>
          <pre>{lines.map(({ message }) => message).join("\n")}</pre>
        </details>
      )}
      <button onClick={() => dialog.current?.close()}>Close</button>
    </dialog>
  );
}

function Progress({ state }: { state: State }) {
  return (
    <section>
      <progress max={100} value={state.progress} aria-label="Progress" />
      <p aria-live="polite">{state.currentStep}</p>
      {state.eta && <p>{`Done in ${Math.ceil(state.eta.p50S)} to ${Math.ceil(state.eta.p90S)} seconds`}</p>}
      {state.error && <p>{`${state.error} (${state.errorCode})`}</p>}
      {state.deadLetter && <p>{`Quote ${state.deadLetter} when you ask for help.`}</p>}
      {state.warnings.map(({ message, file, line }, at) => (
        <p key={at}>{[file, line, message].filter((part) => part !== null).join(": ")}</p>
      ))}
    </section>
  );
}

/** What can be exported, as the service says it now. */
function usePlatforms(client: AethelExportClient): [Platform[], Error | null] {
  const [platforms, setPlatforms] = useState<Platform[]>([]);
  const [problem, setProblem] = useState<Error | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    client
      .platforms({ signal: stop.signal })
      .then((all) => setPlatforms(all.filter(({ options }) => options)))
      .catch((error: unknown) => !stop.signal.aborted && setProblem(error as Error));
    return () => stop.abort();
  }, [client]);
  return [platforms, problem];
}

import { AethelExportClient } from "@aethel/export-client";
import { type FormEvent, useState } from "react";
import { Project } from "./Project";

/** Who is signed in, and which project is open; the token stays in memory. */
interface Session {
  client: AethelExportClient;
  projectId: string;
}

export function App() {
  const [session, setSession] = useState<Session | null>(null);
  return (
    <main>
      <h1>Exports</h1>
      {session === null ? <SignIn onSignIn={setSession} /> : <Project {...session} />}
    </main>
  );
}

function SignIn({ onSignIn }: { onSignIn: (session: Session) => void }) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const client = new AethelExportClient({ baseUrl: location.origin, token: String(form.get("token")) });
    onSignIn({ client, projectId: String(form.get("project")) });
  }
  return (
    <form onSubmit={submit}>
      <label>
        Token <input name="token" type="password" autoComplete="off" required />
      </label>
      <label>
        Project <input name="project" required />
      </label>
      <button type="submit">Open</button>
    </form>
  );
}

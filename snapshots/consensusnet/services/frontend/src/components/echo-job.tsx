"use client";

import { useState } from "react";
import { explain, request } from "./request.ts";

interface Job {
  id: string;
  status: "queued" | "running" | "done" | "failed";
  result?: unknown;
}

const PAUSE_MS = 500;
const ASK_TIMES = 60;

export function EchoJob({ heading, path }: { heading: string; path: string }) {
  const [job, setJob] = useState<Job>();
  const [problem, setProblem] = useState("");
  const [pending, setPending] = useState(false);

  async function run() {
    setPending(true);
    setProblem("");
    try {
      const payload = { sent_at: new Date().toISOString() };
      let current = await request<Job>(path, { kind: "echo", payload });
      setJob(current);
      for (let asked = 0; asked < ASK_TIMES && ["queued", "running"].includes(current.status); asked++) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        current = await request<Job>(`${path}/${current.id}`);
        setJob(current);
      }
      if (current.status === "queued") setProblem("Nobody has taken the job yet. Is a worker running?");
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <>
      <h3>{heading}</h3>
      <button onClick={() => void run()} disabled={pending}>
        Run an echo job
      </button>
      {problem && <p role="alert">{problem}</p>}
      {job && (
        <p role="status">
          {job.status}
          {job.result != null && (
            <>
              : <code>{JSON.stringify(job.result)}</code>
            </>
          )}
        </p>
      )}
    </>
  );
}

"use client";

import { type FormEvent, useState } from "react";
import { explain, request } from "./request.ts";
import { useLive } from "./use-live.ts";

export interface Item {
  id: number;
  title: string;
  created_at: string;
}

interface Props {
  heading: string;
  /** Of the list, on the page's own origin. */
  path: string;
  /** Where it is announced that there is something new. */
  websocket?: string;
  /** As the page was rendered with; nothing, when the API did not answer. */
  initial?: Item[];
}

export function ItemList({ heading, path, websocket, initial }: Props) {
  const [items, setItems] = useState(initial ?? []);
  const [problem, setProblem] = useState(initial ? "" : "The list cannot be had at the moment.");
  const [pending, setPending] = useState(false);

  async function load() {
    try {
      setItems(await request<Item[]>(path));
      setProblem("");
    } catch (error) {
      setProblem(explain(error));
    }
  }

  const live = useLive(websocket, () => void load());

  async function add(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    setPending(true);
    try {
      await request<Item>(path, { title: new FormData(form).get("title") });
      form.reset();
      await load();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <>
      <div className="title">
        <h3>{heading}</h3>
        {websocket && (
          <span className={live ? "live" : "muted"} role="status">
            {live ? "Live" : "Connecting …"}
          </span>
        )}
      </div>
      <form onSubmit={(event) => void add(event)}>
        <input name="title" aria-label="Title" placeholder="Title" maxLength={200} required />
        <button disabled={pending}>Add</button>
      </form>
      {problem && <p role="alert">{problem}</p>}
      <ul aria-live="polite">
        {items.map((item) => (
          <li key={item.id}>
            {item.title}
            {/* The same on server and browser, whatever their languages and time zones are. */}
            <time dateTime={item.created_at}>{item.created_at.slice(0, 16).replace("T", " ")} UTC</time>
          </li>
        ))}
      </ul>
    </>
  );
}

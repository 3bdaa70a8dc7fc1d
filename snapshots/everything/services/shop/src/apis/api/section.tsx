import { EchoJob } from "../../components/echo-job.tsx";
import { type Item, ItemList } from "../../components/item-list.tsx";
import { ask } from "../../server/ask.ts";

/** api: asked by the server inside the network, by the browser at /api/ on the page's own origin. */
export default async function Section() {
  const url = process.env.API_URL ?? "";
  return (
    <section className="card" aria-labelledby="api">
      <h2 id="api">api</h2>
      <ItemList
        heading="items"
        path="/api/items"
        websocket="/ws"
        initial={await ask<Item[]>(`${url}/items`)}
      />
      <ItemList
        heading="items-reports"
        path="/api/items-reports"
        websocket="/ws"
        initial={await ask<Item[]>(`${url}/items-reports`)}
      />
      <EchoJob heading="jobs" path="/api/jobs" />
      <EchoJob heading="jobs-cache" path="/api/jobs-cache" />
    </section>
  );
}

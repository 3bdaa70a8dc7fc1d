import { EchoJob } from "../../components/echo-job.tsx";
import { type Item, ItemList } from "../../components/item-list.tsx";
import { ask } from "../../server/ask.ts";

/** search: asked by the server inside the network, by the browser at /search/v1/ on the page's own origin. */
export default async function Section() {
  const url = process.env.SEARCH_URL ?? "";
  return (
    <section className="card" aria-labelledby="search">
      <h2 id="search">search</h2>
      <ItemList
        heading="Items"
        path="/search/v1/items"
        websocket="/search-ws"
        initial={await ask<Item[]>(`${url}/items`)}
      />
      <EchoJob heading="Background job" path="/search/v1/jobs" />
    </section>
  );
}

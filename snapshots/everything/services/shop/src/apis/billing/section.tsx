import { EchoJob } from "../../components/echo-job.tsx";
import { type Item, ItemList } from "../../components/item-list.tsx";
import { ask } from "../../server/ask.ts";

/** billing: asked by the server inside the network, by the browser at /billing/ on the page's own origin. */
export default async function Section() {
  const url = process.env.BILLING_URL ?? "";
  return (
    <section className="card" aria-labelledby="billing">
      <h2 id="billing">billing</h2>
      <ItemList
        heading="Items"
        path="/billing/items"
        websocket="/billing-ws"
        initial={await ask<Item[]>(`${url}/items`)}
      />
      <EchoJob heading="Background job" path="/billing/jobs" />
    </section>
  );
}

import { DatabaseError, Pool, type QueryResultRow, types } from "pg";
import { z } from "zod";
import { secret } from "../settings.ts";
import { type Store, type StoreContext, StoreUnavailable, type Values } from "../stores.ts";

export const settings = {
  MY_SECOND_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL" }),
  MY_SECOND_DATABASE_PASSWORD: secret,
};

interface Item {
  id: number;
  title: string;
  job_id: string | null;
  created_at: Date;
}

const COLUMNS = "id, title, job_id, created_at";

const NewItem = z.object({
  // Counted in characters, as the database counts them; it cannot store a NUL.
  title: z
    .string()
    .refine((title) => title.length > 0 && [...title].length <= 200, "must have 1 to 200 characters")
    .refine((title) => !title.includes("\0"), "must not contain a NUL character"),
});

// Ids fit a number for as long as there are fewer than 2^53 rows.
types.setTypeParser(types.builtins.INT8, Number);

export function open(values: Values<typeof settings>, { log, events, service }: StoreContext): Store {
  const pool = createPool(values, service);
  // A connection that breaks while nobody uses it; the next query gets a new one.
  pool.on("error", (error) => log.warn({ err: error }, "my-second-database: connection lost"));

  async function query<Row extends QueryResultRow>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    try {
      return (await pool.query<Row>(text, parameters)).rows;
    } catch (error) {
      // 53 and 57: the server is there, but full, starting or shutting down.
      if (error instanceof DatabaseError && !/^5[37]/.test(error.code ?? "")) throw error;
      throw new StoreUnavailable("my-second-database", error);
    }
  }

  return {
    name: "my-second-database",
    ping: () => pool.query("SELECT 1"),
    close: () => pool.end(),
    routes(app) {
      app.get("/items-my-second-database", () =>
        query<Item>(`SELECT ${COLUMNS} FROM items ORDER BY id DESC LIMIT 100`),
      );

      app.get<{ Params: { id: string } }>("/items-my-second-database/:id", async (request, reply) => {
        const { id } = request.params;
        const [item] = /^\d{1,18}$/.test(id)
          ? await query<Item>(`SELECT ${COLUMNS} FROM items WHERE id = $1`, [id])
          : [];
        return item ?? reply.callNotFound();
      });

      app.post("/items-my-second-database", async (request, reply) => {
        const { title } = NewItem.parse(request.body);
        const [item] = await query<Item>(`INSERT INTO items (title) VALUES ($1) RETURNING ${COLUMNS}`, [title]);
        void events.publish({ type: "item.created", item });
        return reply.code(201).send(item);
      });
    },
  };
}

export function createPool(values: Values<typeof settings>, name: string): Pool {
  const url = new URL(values.MY_SECOND_DATABASE_URL);
  const password = values.MY_SECOND_DATABASE_PASSWORD;
  if (password) url.password = encodeURIComponent(password);
  return new Pool({
    connectionString: url.href,
    application_name: name,
    max: 10,
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
    keepAlive: true,
  });
}

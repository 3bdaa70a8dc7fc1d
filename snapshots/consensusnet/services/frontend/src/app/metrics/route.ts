import { register } from "prom-client";

export async function GET() {
  return new Response(await register.metrics(), { headers: { "content-type": register.contentType } });
}

/** The process lives. */
export function GET() {
  return Response.json({ status: "ok" });
}

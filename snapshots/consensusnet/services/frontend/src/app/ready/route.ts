/** Pages can be served. An API that is away makes a section say so, it does not take the pages away. */
export function GET() {
  return Response.json({ status: "ready", checks: {} });
}

export function GET() {
  return Response.json({ service: process.env.SERVICE_NAME, environment: process.env.ENVIRONMENT });
}

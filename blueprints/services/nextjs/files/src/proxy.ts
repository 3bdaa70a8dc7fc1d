import { type NextRequest, NextResponse } from "next/server";
import { PROBE_HEADER, PROBES } from "./server/probes.ts";

const developing = process.env.NODE_ENV === "development";

/** Gives each page a Content-Security-Policy with a nonce, which Next.js puts on the scripts that it writes. */
export function proxy(request: NextRequest) {
  if (PROBES.includes(request.nextUrl.pathname)) {
    return request.headers.has(PROBE_HEADER) ? NextResponse.next() : new NextResponse(null, { status: 404 });
  }

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = [
    "default-src 'self'",
    // React's development build evaluates code, and its tools bring styles of their own.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${developing ? " 'unsafe-eval'" : ""}`,
    developing ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

// The start page by itself: under a base path the pattern does not cover it.
export const config = { matcher: ["/", "/((?!_next/static|icon.svg).*)"] };

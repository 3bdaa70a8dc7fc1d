import { z } from "zod";

export const settings = {
  BILLING_URL: z.url({ protocol: /^https?$/, error: "must be an http:// URL" }),
};

import type { z } from "zod";
import { observeRequests } from "./requests.ts";
import { readSettings } from "./settings.ts";

/** What the APIs that this service uses need to know. */
const shapes = import.meta.glob<z.ZodRawShape>("../apis/*/settings.ts", { eager: true, import: "settings" });

const settings = readSettings(Object.assign({}, ...Object.values(shapes)) as z.ZodRawShape);
observeRequests(settings.BASE_PATH);

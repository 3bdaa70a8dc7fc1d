import eslint from "@eslint/js";
import next from "@next/eslint-plugin-next";
import { defineConfig, globalIgnores } from "eslint/config";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores([".next", "next-env.d.ts"]),
  eslint.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  next.configs["core-web-vitals"],
  reactHooks.configs.flat["recommended-latest"],
  {
    languageOptions: { parserOptions: { projectService: true } },
    // TypeScript knows better what is defined, in plain JavaScript too.
    rules: { "no-undef": "off" },
  },
);

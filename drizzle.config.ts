import { defineConfig } from "drizzle-kit";

/** `npm run db:generate -- --name <what>` compares the schema with migrations/meta and writes the next SQL file. */
export default defineConfig({
  dialect: "sqlite",
  driver: "d1-http",
  schema: "./src/infra/d1/schema.ts",
  out: "./migrations",
});

import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const NODE_ROOMS = ["core", "host", "memory", "sim", "cli", "client", "contracts", "nodes", "arch"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "core",
          include: NODE_ROOMS.map((room) => `test/${room}/**/*.test.ts`),
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
        test: {
          name: "workers",
          include: ["test/infra/**/*.test.ts", "test/http/**/*.test.ts"],
          provide: { migrations: await readD1Migrations("migrations") },
          setupFiles: ["test/support/apply-migrations.ts"],
        },
      },
      {
        // Whole systems: each file starts its own server on a free port, so files take turns.
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
    coverage: {
      provider: "istanbul",
      include: ["src/**/*.ts", "workers/**/*.ts", "contracts/**/*.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      reportsDirectory: "coverage",
    },
  },
});

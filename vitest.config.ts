import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { recorded, releases } from "./test/compat/recorded.ts";

/** Tests of what needs the Workers runtime. */
const IN_WORKERD = ["test/infra/**/*.test.ts", "test/http/**/*.test.ts"];
/** Tests of whole systems. */
const END_TO_END = ["test/e2e/**/*.test.ts"];

/** Longer than any test: messages stay in their queue. */
const HELD_BACK = { maxBatchSize: 100, maxBatchTimeout: 60 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "core",
          // All the rest, so that a test in a new folder cannot be forgotten.
          include: ["test/**/*.test.ts"],
          exclude: [...IN_WORKERD, ...END_TO_END],
          setupFiles: ["test/support/properties.ts"],
          // The gates of test/arch start compilers; on a busy machine each may take seconds.
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            // Adapters are tested one by one: nothing may consume their messages behind a test's back.
            miniflare: {
              queueConsumers: { "onex-execute": HELD_BACK, "onex-events": HELD_BACK, "onex-triggers": HELD_BACK },
            },
          }),
        ],
        test: {
          name: "workers",
          include: IN_WORKERD,
          provide: {
            migrations: await readD1Migrations("migrations"),
            recorded: releases().map((release) => ({
              release,
              worker: recorded(release, "worker"),
              limits: recorded(release, "limits"),
            })),
          },
          setupFiles: ["test/support/apply-migrations.ts", "test/support/properties.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Whole systems: each file starts its own server on a free port, so files take turns.
        test: {
          name: "e2e",
          include: END_TO_END,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // After the other projects: a server under test should not compete with compilers for two cores.
          sequence: { groupOrder: 1 },
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

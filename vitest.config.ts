import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { recorded, releases } from "./test/compat/recorded.ts";
import { LongFirst } from "./test/support/long-first.ts";

/** Tests of what needs the Workers runtime. */
const IN_WORKERD = ["test/infra/**/*.test.ts", "test/http/**/*.test.ts"];
/** Tests of whole systems. */
const END_TO_END = ["test/e2e/**/*.test.ts"];

/** A test that hangs ends. One that computes, starts a compiler or a server may take long on a busy machine, and is right. */
const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 };

/** Longer than any test: messages stay in their queue. */
const HELD_BACK = { maxBatchSize: 100, maxBatchTimeout: 60 };

export default defineConfig({
  test: {
    // Vitest leaves one core to itself; of two that would be half of the machine, for little work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: "core",
          // All the rest, so that a test in a new folder cannot be forgotten.
          include: ["test/**/*.test.ts"],
          exclude: [...IN_WORKERD, ...END_TO_END],
          setupFiles: ["test/support/properties.ts"],
          ...PATIENT,
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
          ...PATIENT,
        },
      },
      {
        // Whole systems: each file starts its own server on a free port, with folders of its own.
        test: {
          name: "e2e",
          include: END_TO_END,
          // Miniflare and wrangler take seconds to load, and the Worker to be bundled: once for all files.
          isolate: false,
          // Pages that are typed at once; beside them, another file runs.
          maxConcurrency: 2,
          ...PATIENT,
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

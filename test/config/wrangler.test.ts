import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readWranglerConfig, type WranglerConfig } from "../support/local-worker/settings.ts";

const FILE = fileURLToPath(new URL("../../wrangler.toml", import.meta.url));
const local = readWranglerConfig();
const production = readWranglerConfig("production");

describe("wrangler.toml, for production", () => {
  it("is reachable at its own routes alone", () => {
    expect(production.workers_dev).toBe(false);
    expect(production.routes).toEqual([{ pattern: expect.any(String), custom_domain: true }]);
  });

  it("keeps a share of the logs", () => {
    expect(production.observability?.enabled).toBe(true);
    expect(production.observability?.head_sampling_rate).toBeGreaterThan(0);
    expect(production.observability?.head_sampling_rate).toBeLessThanOrEqual(0.1);
  });

  it("names the CPU time an invocation may take", () => {
    expect(production.limits?.cpu_ms).toBe(30_000);
  });

  it("says that it is production", () => expect(production.vars["ENVIRONMENT"]).toBe("production"));

  it("holds no secret", () => {
    expect(Object.keys(production.vars).filter((name) => /TOKEN|SECRET|KEY|PASSWORD/.test(name))).toEqual([]);
    expect(readFileSync(FILE, "utf8")).not.toMatch(/ONEX_TOKEN\s*=/);
  });

  it("has every variable and binding that development has, under names of its own", () => {
    expect(Object.keys(production.vars).sort()).toEqual(Object.keys(local.vars).sort());
    const bindings = (config: WranglerConfig) => ({
      // APP_DB is for trying db.query: whoever deploys binds databases of their own.
      d1: config.d1_databases.flatMap(({ binding }) => (binding === "APP_DB" ? [] : [binding])),
      r2: config.r2_buckets.map(({ binding }) => binding),
      producers: config.queues.producers?.map(({ binding }) => binding),
      objects: config.durable_objects.bindings.map(({ name, class_name }) => [name, class_name]),
    });
    expect(bindings(production)).toEqual(bindings(local));
    const names = (config: WranglerConfig) => [
      ...config.d1_databases.map((db) => db.database_name ?? ""),
      ...config.r2_buckets.map((bucket) => bucket.bucket_name ?? ""),
      ...(config.queues.producers ?? []).map(({ queue }) => queue),
    ];
    expect(names(production).filter((name) => names(local).includes(name))).toEqual([]);
  });

  it("treats queues as development does, and buries no message without a dead-letter queue that is consumed", () => {
    const consumers = (config: WranglerConfig) =>
      (config.queues.consumers ?? []).map((consumer) => ({
        ...consumer,
        queue: consumer.queue.replace("onex-production-", "onex-"),
        dead_letter_queue: consumer.dead_letter_queue?.replace("onex-production-", "onex-"),
      }));
    expect(consumers(production)).toEqual(consumers(local));
    const consumed = new Set(consumers(local).map(({ queue }) => queue));
    for (const { queue, dead_letter_queue: dead } of consumers(local)) {
      if (!queue.endsWith("-dlq")) expect(consumed.has(dead ?? "")).toBe(true);
    }
  });

  it("needs nothing created that docs/deploying.md does not name", () => {
    const page = readFileSync(new URL("../../docs/deploying.md", import.meta.url), "utf8");
    const { d1_databases: databases, r2_buckets: buckets, queues } = production;
    const wanted = [
      ...databases.map((db) => `wrangler d1 create ${db.database_name ?? "?"}`),
      ...buckets.map((bucket) => `wrangler r2 bucket create ${bucket.bucket_name ?? "?"}`),
      ...(queues.producers ?? []).map(({ queue }) => `wrangler queues create ${queue}`),
      ...(queues.consumers ?? []).map(({ queue }) => `wrangler queues create ${queue}`),
    ];
    expect(wanted.filter((command) => !page.includes(`${command}\n`))).toEqual([]);
    expect(new Set(wanted.filter((command) => command.includes("queues"))).size).toBe(7);
  });

  it("has one compatibility date for all", () => {
    expect(production.compatibility_date).toBe(local.compatibility_date);
    expect(production.migrations).toEqual(local.migrations);
  });
});

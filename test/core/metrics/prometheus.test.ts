import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Metrics } from "../../../contracts/api/metrics.ts";
import { prometheusText } from "../../../src/core/metrics/prometheus.ts";

const EMPTY: Metrics = {
  failing: [],
  at: "2026-01-01T00:00:00.000Z",
  runs: {
    unfinished: {},
    recent: { window_s: 3_600, created: 0, failed: 0, cancelled: 0, steps: 0, cached_steps: 0 },
    complete: true,
    quarantined: {},
  },
  cache: { entries: 0, bytes: 0, hits: 0, stored: 0, complete: true },
  breakers: { open: {} },
  dead_letters: { open: {} },
  nodes: { by_lifecycle: {}, unreadable: 0 },
  trust: { lowest: [], highest: [] },
};

describe("metrics as Prometheus reads them", () => {
  it("are lines of help, type and samples, whatever the labels hold", () => {
    const name = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(fc.dictionary(name, fc.nat()), fc.array(name), (open, nodes) => {
        const highest = nodes.map((node) => ({ node, score: 0.5, confidence: 0.5, samples: 1 }));
        const text = prometheusText({ ...EMPTY, dead_letters: { open }, trust: { lowest: [], highest } });
        const lines = text.slice(0, -1).split("\n");
        for (const line of lines) {
          expect(line).toMatch(/^(# (HELP|TYPE) onex_\w+ .+|onex_\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? -?[\d.e+-]+)$/u);
        }
        expect(lines.filter((line) => line.startsWith("onex_dead_letters_open"))).toHaveLength(
          Object.keys(open).length,
        );
        expect(lines.filter((line) => line.startsWith("onex_trust_score"))).toHaveLength(new Set(nodes).size);
      }),
    );
  });
});

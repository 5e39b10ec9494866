import type { Metrics } from "../../../contracts/api/metrics.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** The figures in the text exposition format of Prometheus, version 0.0.4. One that could not be had has no samples. */
export function prometheusText(metrics: Metrics): string {
  const { failing, runs, cache, breakers, dead_letters: letters, nodes, trust } = metrics;
  /** The samples of a figure, or none. */
  const had = (figure: string, samples: readonly Sample[]): readonly Sample[] =>
    failing.includes(figure) ? [] : samples;
  const { recent } = runs;
  const known = new Map([...trust.lowest, ...trust.highest].map(({ node, score }) => [node, score]));
  return [
    family("onex_runs_unfinished", "gauge", "Runs that have not ended.", had("runs", tally("status", runs.unfinished))),
    family(
      "onex_runs_recent",
      "gauge",
      `Runs created within the last ${recent.window_s} seconds.`,
      had("runs", [
        [{ status: "failed" }, recent.failed],
        [{ status: "cancelled" }, recent.cancelled],
        [{ status: "other" }, recent.created - recent.failed - recent.cancelled],
      ]),
    ),
    family(
      "onex_steps_recent",
      "gauge",
      `Steps of those runs.`,
      had("runs", [
        [{ cached: "true" }, recent.cached_steps],
        [{ cached: "false" }, recent.steps - recent.cached_steps],
      ]),
    ),
    family(
      "onex_runs_complete",
      "gauge",
      "0 when there were more runs than were counted.",
      had("runs", one(Number(runs.complete))),
    ),
    family(
      "onex_runs_quarantined",
      "gauge",
      "Runs that were set aside.",
      had("quarantined", tally("reason", runs.quarantined)),
    ),
    family("onex_cache_entries", "gauge", "Results in the cache.", had("cache", one(cache.entries))),
    family("onex_cache_bytes", "gauge", "Size of the results in the cache.", had("cache", one(cache.bytes))),
    family("onex_cache_hits_total", "counter", "Results that were used.", had("cache", one(cache.hits))),
    family("onex_cache_stored_total", "counter", "Results that were stored.", had("cache", one(cache.stored))),
    family(
      "onex_breakers_open",
      "gauge",
      "Targets that are left alone.",
      had("breakers", tally("handler", breakers.open)),
    ),
    family(
      "onex_dead_letters_open",
      "gauge",
      "Dead letters nobody has dealt with.",
      had("dead_letters", tally("class", letters.open)),
    ),
    family(
      "onex_node_versions",
      "gauge",
      "Registered node versions.",
      had("nodes", tally("lifecycle", nodes.by_lifecycle)),
    ),
    family(
      "onex_nodes_unreadable",
      "gauge",
      "Node versions that cannot be read here.",
      had("nodes", one(nodes.unreadable)),
    ),
    family(
      "onex_trust_score",
      "gauge",
      "Trust of the least and the most trusted active node versions.",
      had(
        "nodes",
        [...known].map(([node, score]): Sample => [{ node }, score]),
      ),
    ),
    family("onex_figures_failing", "gauge", "Figures that could not be had.", one(failing.length)),
  ].join("");
}

const one = (value: number): readonly Sample[] => [[{}, value]];

const tally = (label: string, counts: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(counts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => [{ [label]: kind }, count]);

/** A metric with its samples; without any, its help alone. */
function family(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

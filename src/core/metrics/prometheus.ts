import type { Metrics } from "../../../contracts/api/metrics.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** The figures in the text exposition format of Prometheus, version 0.0.4. */
export function prometheusText({ runs, cache, breakers, dead_letters: letters, nodes, trust }: Metrics): string {
  const { recent } = runs;
  const known = new Map([...trust.lowest, ...trust.highest].map(({ node, score }) => [node, score]));
  return [
    family("onex_runs_unfinished", "gauge", "Runs that have not ended.", tally("status", runs.unfinished)),
    family("onex_runs_recent", "gauge", `Runs created within the last ${recent.window_s} seconds.`, [
      [{ status: "failed" }, recent.failed],
      [{ status: "cancelled" }, recent.cancelled],
      [{ status: "other" }, recent.created - recent.failed - recent.cancelled],
    ]),
    family("onex_steps_recent", "gauge", `Steps of those runs.`, [
      [{ cached: "true" }, recent.cached_steps],
      [{ cached: "false" }, recent.steps - recent.cached_steps],
    ]),
    family("onex_runs_complete", "gauge", "0 when there were more runs than were counted.", one(Number(runs.complete))),
    family("onex_runs_quarantined", "gauge", "Runs that were set aside.", tally("reason", runs.quarantined)),
    family("onex_cache_entries", "gauge", "Results in the cache.", one(cache.entries)),
    family("onex_cache_bytes", "gauge", "Size of the results in the cache.", one(cache.bytes)),
    family("onex_cache_hits_total", "counter", "Results that were used.", one(cache.hits)),
    family("onex_cache_stored_total", "counter", "Results that were stored.", one(cache.stored)),
    family("onex_breakers_open", "gauge", "Targets that are left alone.", tally("handler", breakers.open)),
    family("onex_dead_letters_open", "gauge", "Dead letters nobody has dealt with.", tally("class", letters.open)),
    family("onex_node_versions", "gauge", "Registered node versions.", tally("lifecycle", nodes.by_lifecycle)),
    family("onex_nodes_unreadable", "gauge", "Node versions that cannot be read here.", one(nodes.unreadable)),
    family(
      "onex_trust_score",
      "gauge",
      "Trust of the least and the most trusted active node versions.",
      [...known].map(([node, score]): Sample => [{ node }, score]),
    ),
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

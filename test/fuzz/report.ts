import type { Finding, FuzzReport } from "./fuzz.ts";

const CLIPPED = 400;

/** One line for text that may hold anything. */
const shown = (text: string): string => {
  const line = JSON.stringify(text.slice(0, CLIPPED));
  return text.length > CLIPPED ? `${line} … ${text.length} characters` : line;
};

/** The report as lines of text; the last one sums up. */
export function reportOf({ sent, families, statuses, slowestMs, findings }: FuzzReport): readonly string[] {
  const counts = <Key>(counted: ReadonlyMap<Key, number>): string =>
    [...counted]
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
      .map(([key, times]) => `${String(key)} ${times}`)
      .join(", ");
  return [
    ...findings.flatMap(linesOf),
    `requests: ${counts(families)}`,
    `answers: ${counts(statuses)}`,
    `sent ${sent} · slowest ${Math.round(slowestMs)} ms · findings ${findings.length}`,
  ];
}

function linesOf({ number, request, wrong, answer }: Finding): readonly string[] {
  const { family, method, path, headers, body } = request;
  return [
    `request ${number} (${family}): ${wrong.join("; ")}`,
    `  ${method} ${shown(path)} ${shown(JSON.stringify(headers))}`,
    `  ${shown(typeof body === "string" ? body : body === null ? "" : new TextDecoder().decode(body))}`,
    `  answered ${shown(answer)}`,
  ];
}

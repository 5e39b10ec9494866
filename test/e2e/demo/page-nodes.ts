import type { NodeArtifacts } from "../../../src/core/registry/node.ts";
import { stampedNode, type DeclaredNode } from "../support/stamped-node.ts";

/** Counts the words of a text. */
const PYTHON = `from collections import Counter

def run(state):
    words = [word.strip(".,;:!?").lower() for word in state["page.text"].split()]
    common = Counter(word for word in words if len(word) > 3).most_common(3)
    print("counted", len(words), "words")
    return {"page.words": [{"word": word, "count": count} for word, count in common]}
`;

const node = (declared: Omit<DeclaredNode, "tag">): NodeArtifacts => stampedNode({ ...declared, tag: "demo" });

/** Nodes that do real work: a request, two statements and a Python function. Three of them have no code at all. */
export const pageNodes = (server: string): Readonly<Record<string, NodeArtifacts>> => ({
  page_fetch: node({
    name: "page_fetch",
    type: "http",
    target: `${server}/pages`,
    contract: `kind: compute
input_contract: {page.name: {type: string}}
output_contract: {page.text: {type: string}}
call:
  http: {method: get, url: "${server}/pages/{name}", path: {name: page.name}, output: {page.text: /body}}
`,
  }),
  page_store: node({
    name: "page_store",
    type: "db",
    target: "main",
    contract: `kind: effect
input_contract: {page.name: {type: string}, page.text: {type: string}}
output_contract: {page.row: {type: integer}}
call:
  db:
    operation: execute
    statement: INSERT INTO pages (name, text) VALUES (:name, :text) ON CONFLICT (name) DO UPDATE SET text = excluded.text
    parameters: {name: page.name, text: page.text}
    output: {page.row: /last_row_id}
`,
  }),
  page_report: node({
    name: "page_report",
    type: "db",
    target: "main",
    contract: `kind: compute
input_contract: {page.row: {type: integer}}
output_contract: {page.report: {type: object}}
call:
  db:
    operation: query
    statement: SELECT name, length(text) AS characters FROM pages WHERE id = :row
    parameters: {row: page.row}
    output: {page.report: /rows/0}
`,
  }),
  page_words: node({
    name: "page_words",
    type: "python",
    target: "node.py",
    code: PYTHON,
    contract: `kind: compute
input_contract: {page.text: {type: string}}
output_contract: {page.words: {type: array}}
execution: {timeout_ms: 30000, queue_timeout_ms: 60000}
`,
  }),
});

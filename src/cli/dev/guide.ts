import { DEFAULT_URL } from "../remote/server-options.ts";
import type { LocalToken } from "./token.ts";
import type { TreeRegistration } from "./register-tree.ts";

export interface GuideFacts {
  readonly url: string;
  readonly token: LocalToken;
  /** The file the token is in. */
  readonly varsFile: string;
  readonly registration: TreeRegistration;
}

/** What a developer can do with a server that is up. The token is shown once, when it is made. */
export function guide({ url, token, varsFile, registration }: GuideFacts): string {
  const { nodes } = registration;
  const fresh = nodes.filter(({ created }) => created).length;
  const show = token.created
    ? `A token was made and is in ${varsFile}:\n\n  export ONEX_TOKEN=${token.value}`
    : `The token is in ${varsFile}:\n\n  export ONEX_TOKEN=$(sed -n 's/^ONEX_TOKEN=//p' ${varsFile})`;
  return `
ONEX is ready at ${url}
${nodes.length} built-in nodes registered, ${fresh} of them new. Ctrl-C stops everything.

${show}

State a goal:

  curl -s ${url}/v1/envelopes \\
    -H "Authorization: Bearer $ONEX_TOKEN" -H "Content-Type: application/json" -H "Prefer: wait=10" \\
    -d '{"source_node":"readme","operation":"goal.run","payload":{"want":["hash.verdict"],"given":{"document.text":"# Hello"}}}'

Look around: ${url}/ in a browser, ${url}/openapi.json for every route.
The command: npx onex --help${url === DEFAULT_URL ? "" : `, with ONEX_URL=${url}`}. It takes the token from ONEX_TOKEN${varsFile === ".dev.vars" ? ", else from .dev.vars here" : ""}.
`;
}

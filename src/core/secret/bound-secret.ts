import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { quoted } from "../text/clip.ts";

/** Secrets are bound as `SECRET_<name>`: a contract can name nothing else of the deployment, least of all its own token. */
export const SECRET_PREFIX = "SECRET_";
/** `SECRET_<name>_HOSTS` says which hosts may see it; any when it is not there. */
export const HOSTS_SUFFIX = "_HOSTS";

/** `SECRET_<name>_NODES` says which nodes' processes may have it; any when it is not there. */
export const NODES_SUFFIX = "_NODES";

/** The name a secret is bound by. */
export const secretBinding = (name: string): string => `${SECRET_PREFIX}${name}`;

/** Whether a host is one of a list such as `api.example.com, *.example.org`. */
export function isHostOf(host: string, list: string): boolean {
  const wanted = host.toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((one) => (one.startsWith("*.") ? wanted.endsWith(one.slice(1)) : one !== "" && one === wanted));
}

/** Whether a node is one of a list such as `doc_mail, billing_*`. */
export function isNodeOf(node: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .some((one) => (one.endsWith("*") ? node.startsWith(one.slice(0, -1)) : one !== "" && one === node));
}

/** The secret, if it is bound, can be sent and may be seen by the host. */
export function judgeSecret(
  name: string,
  secret: string | undefined,
  host: string | null,
  hosts: string | undefined,
): Result<string, Fault> {
  const refuse = (message: string, hint: string): Result<string, Fault> =>
    err(fault("SECRET_RESOLUTION_ERROR", message, { place: name, hint, retryable: false }));
  if (secret === undefined || secret === "")
    return refuse(
      `no secret ${quoted(name)} is bound here`,
      `bind it as ${secretBinding(name)}: npx wrangler secret put ${secretBinding(name)}`,
    );
  if (hosts !== undefined && host !== null && !isHostOf(host, hosts))
    return refuse(
      `the secret ${quoted(name)} is not for ${quoted(host)}`,
      `${secretBinding(name)}${HOSTS_SUFFIX} names the hosts that may see it`,
    );
  // A header ends at a line break, so a secret with one would say more than it should.
  if (!/^[\x20-\x7e]+$/.test(secret))
    return refuse(`the secret ${quoted(name)} is no printable ASCII text`, "bind it anew, without a line break");
  return ok(secret);
}

/** What a runner has bound of a secret. */
export interface HeldSecret {
  readonly secret: string | undefined;
  readonly hosts: string | undefined;
  readonly nodes: string | undefined;
}

/** A shorter one would be found everywhere, so that it could not be taken out of what a process writes. */
const SHORTEST_OF_PROCESS = 6;

/** The secret, if it is bound and the node's process may have it. */
export function judgeProcessSecret(name: string, held: HeldSecret, node: string): Result<string, Fault> {
  const { secret, hosts, nodes } = held;
  const refuse = (message: string, hint: string): Result<string, Fault> =>
    err(fault("SECRET_RESOLUTION_ERROR", message, { place: name, hint, retryable: false }));
  const binding = secretBinding(name);
  if (secret === undefined || secret === "")
    return refuse(
      `this runner has no secret ${quoted(name)}`,
      `give it as ${binding} in its environment, or as the file ${name} in the folder of --secrets`,
    );
  if (hosts !== undefined)
    return refuse(
      `the secret ${quoted(name)} is for hosts alone, and a process may show it to anybody`,
      `bind it without ${binding}${HOSTS_SUFFIX}, and name its nodes in ${binding}${NODES_SUFFIX}`,
    );
  if (nodes !== undefined && !isNodeOf(node, nodes))
    return refuse(
      `the secret ${quoted(name)} is not for the node ${quoted(node)}`,
      `${binding}${NODES_SUFFIX} names the nodes that may have it`,
    );
  if (secret.length < SHORTEST_OF_PROCESS || secret.includes("\0"))
    return refuse(
      `the secret ${quoted(name)} is shorter than ${SHORTEST_OF_PROCESS} characters, or holds NUL`,
      "a runner could not keep it out of what the process writes",
    );
  return ok(secret);
}

import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { quoted } from "../text/clip.ts";

/** Secrets are bound as `SECRET_<name>`: a contract can name nothing else of the deployment, least of all its own token. */
export const SECRET_PREFIX = "SECRET_";
/** `SECRET_<name>_HOSTS` says which hosts may see it; any when it is not there. */
export const HOSTS_SUFFIX = "_HOSTS";

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

/** The secret, if it is bound, can be sent and may be seen by the host. */
export function judgeSecret(
  name: string,
  secret: string | undefined,
  host: string,
  hosts: string | undefined,
): Result<string, Fault> {
  const refuse = (message: string, hint: string): Result<string, Fault> =>
    err(fault("SECRET_RESOLUTION_ERROR", message, { place: name, hint, retryable: false }));
  if (secret === undefined || secret === "")
    return refuse(
      `no secret ${quoted(name)} is bound here`,
      `bind it as ${secretBinding(name)}: npx wrangler secret put ${secretBinding(name)}`,
    );
  if (hosts !== undefined && !isHostOf(host, hosts))
    return refuse(
      `the secret ${quoted(name)} is not for ${quoted(host)}`,
      `${secretBinding(name)}${HOSTS_SUFFIX} names the hosts that may see it`,
    );
  // A header ends at a line break, so a secret with one would say more than it should.
  if (!/^[\x20-\x7e]+$/.test(secret))
    return refuse(`the secret ${quoted(name)} is no printable ASCII text`, "bind it anew, without a line break");
  return ok(secret);
}

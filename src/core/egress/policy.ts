import type { JsonObject } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { quoted } from "../text/clip.ts";
import { kindOfAddress } from "./address.ts";
import { kindOfHost } from "./host.ts";

/** Whom one may call: `api.example.com`, `*.example.com` (what is under it), each with `:port` where only that one is meant. */
export interface EgressRules {
  /** Only these; null for every public host. */
  readonly allow: readonly string[] | null;
  /** Never these, whatever else allows them. */
  readonly deny: readonly string[];
}

/**
 * Whom a deployment calls. What is not public is never called, whoever allows it: lists make the public narrower. Loopback
 * alone can be opened, for development.
 */
export interface EgressPolicy extends EgressRules {
  readonly allowLoopback: boolean;
  /** Rules of tenants, in addition to the deployment's. */
  readonly tenants: Readonly<Record<string, EgressRules>>;
}

/** Every public host. */
export const PUBLIC_ONLY: EgressPolicy = { allow: null, deny: [], allowLoopback: false, tenants: {} };

/** What a URL leads to. */
export interface EgressTarget {
  readonly scheme: "http" | "https";
  /** In lower case; an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`: what breakers and limits are kept for. */
  readonly target: string;
}

/** Ports under 1024 that a web server answers; the others belong to services which a request could speak to by accident. */
const LOW_PORTS: ReadonlySet<number> = new Set([80, 443]);
const DEFAULT_PORT = { http: 80, https: 443 } as const;

const WRITTEN = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?(?:[/?#]|$)/i;

/**
 * Whether a tenant may call a URL, by the URL's text alone: the text is read strictly, so that no later reader can take it
 * for another address. Refusals are REQUEST_REJECTED; `details.reason` is one of `malformed_url`, `userinfo`, `port`,
 * `private_address`, `denied`, `not_allowed`. The URL itself, which may hold a secret, is never repeated.
 *
 * @param place where the URL was found: `$.payload.url`, `redirect 1`
 */
export function judgeEgress(
  url: string,
  tenant: string,
  policy: EgressPolicy,
  place: string,
): Result<EgressTarget, Fault> {
  const refuse = (message: string, reason: string, hint: string, extra: JsonObject = {}): Result<never, Fault> =>
    err(fault("REQUEST_REJECTED", message, { place, hint, details: { reason, ...extra } }));
  const target = targetOf(url);
  if (target === null) {
    const userinfo = /^[a-z]+:\/\/[^/?#]*@/i.test(url);
    if (userinfo) return refuse("the URL holds a user name or a password", "userinfo", "send credentials in a header");
    return refuse(
      "the URL cannot be called",
      "malformed_url",
      "write http:// or https://, a host in ASCII (xn-- for other scripts), and a path",
    );
  }
  const { host, port } = target;
  const kind = kindOfHost(host);
  const open = policy.allowLoopback && kind.kind === "loopback";
  if (kind.kind !== "public" && !open) {
    const what = kind.kind === "loopback" ? "an address of this machine" : kind.what;
    return refuse(`${quoted(host)} is ${what}`, "private_address", "only public addresses are called", { host });
  }
  if (port === 0 || port > 65_535 || (!open && port < 1_024 && !LOW_PORTS.has(port)))
    return refuse(`port ${port} is not called`, "port", "use 80, 443, or a port from 1024 on", { host, port });
  if (open) return ok(target);
  const own = Object.hasOwn(policy.tenants, tenant) ? policy.tenants[tenant] : undefined;
  for (const { allow, deny } of own ? [policy, own] : [policy]) {
    if (deny.some((pattern) => matches(pattern, target)))
      return refuse(`${quoted(host)} is denied here`, "denied", "call another host", { host });
    if (allow !== null && !allow.some((pattern) => matches(pattern, target)))
      return refuse(
        `${quoted(host)} is not among the hosts that may be called`,
        "not_allowed",
        "ask whoever runs this deployment to allow it",
        { host },
      );
  }
  return ok(target);
}

/** What a URL's text leads to; null when it is not written plainly. */
export function targetOf(url: string): EgressTarget | null {
  // A parser drops tabs and line ends and takes a backslash for a slash: what is read here is what is called.
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f\\]/.test(url)) return null;
  const [, scheme = "", name = "", written] = WRITTEN.exec(url) ?? [];
  const lower = scheme.toLowerCase();
  if (lower !== "http" && lower !== "https") return null;
  const host = name.toLowerCase();
  const port = written === undefined ? DEFAULT_PORT[lower] : Number(written);
  return { scheme: lower, host, port, target: `${host}:${port}` };
}

/** Whether every address a name resolves to may be reached. The first that may not is named. */
export function judgeAddresses(
  host: string,
  addresses: readonly string[],
  policy: EgressPolicy,
  place: string,
): Fault | null {
  for (const address of addresses) {
    const kind = kindOfAddress(address);
    if (kind?.kind === "public" || (policy.allowLoopback && kind?.kind === "loopback")) continue;
    return fault("REQUEST_REJECTED", `${quoted(host)} leads to an address that is not public`, {
      place,
      hint: "only public addresses are called",
      details: { reason: "private_address", host },
    });
  }
  return null;
}

function matches(pattern: string, { host, port }: EgressTarget): boolean {
  const [, name = "", written] = /^(.*?)(?::(\d{1,5}))?$/.exec(pattern) ?? [];
  if (written !== undefined && Number(written) !== port) return false;
  return name.startsWith("*.") ? host.endsWith(name.slice(1)) : host === name;
}

import { isList, parseJson } from "../../../contracts/json/narrow.ts";
/** Who calls, as authentication has proven it. No body ever names one. */
export type Principal =
  /** Whoever holds a bearer token of the deployment. */
  | { readonly kind: "token"; readonly name: string }
  /** The subject of a JSON Web Token, unique together with its issuer (RFC 7519, sections 4.1.1 and 4.1.2). */
  | { readonly kind: "subject"; readonly issuer: string; readonly subject: string }
  /** A node that is elsewhere, by the secret it has signed with: it may answer the one work item it was sent. */
  | { readonly kind: "node"; readonly name: string }
  /** The deployment itself: its queues, its clock, its command. */
  | { readonly kind: "host"; readonly name: string }
  /** One that another version of this system has written; it may do nothing. */
  | { readonly kind: "unknown"; readonly id: PrincipalId };

/** A principal as one text, as runs and messages hold it: `token:default`. */
export type PrincipalId = string;

/** The one token there is. */
export const DEFAULT_PRINCIPAL: Principal = { kind: "token", name: "default" };

/** The text of a principal; different principals have different texts. */
export function principalId(principal: Principal): PrincipalId {
  switch (principal.kind) {
    case "token":
      return `token:${principal.name}`;
    case "subject":
      return `subject:${JSON.stringify([principal.issuer, principal.subject])}`;
    case "node":
      return `node:${principal.name}`;
    case "host":
      return `host:${principal.name}`;
    case "unknown":
      return principal.id;
  }
}

/** The principal a text stands for. Never fails: `principalId` of it is the text. */
export function principalOf(id: PrincipalId): Principal {
  const [, kind, rest = ""] = /^(token|subject|node|host):(.*)$/s.exec(id) ?? [];
  if (kind === "token" || kind === "node" || kind === "host") return { kind, name: rest };
  const named = kind === "subject" ? subjectIn(rest) : null;
  return named && principalId(named) === id ? named : { kind: "unknown", id };
}

function subjectIn(text: string): Principal | null {
  try {
    const pair = parseJson(text);
    if (!isList(pair)) return null;
    const [issuer, subject] = pair;
    return typeof issuer === "string" && typeof subject === "string" ? { kind: "subject", issuer, subject } : null;
  } catch {
    return null;
  }
}

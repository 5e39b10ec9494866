import { Webhook } from "standardwebhooks";
import { isSameText } from "../secret/same-text.ts";

/** What is signed: a message's id, when it was sent (milliseconds since 1970) and its body. */
export interface SignedMessage {
  readonly id: string;
  readonly at: number;
  readonly body: string;
}

/** The headers of a signed message (Standard Webhooks 1.0.0). */
export interface SignatureHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/** Signs a message with HMAC-SHA256; null where the secret is none. */
export function signature(secret: string, { id, at, body }: SignedMessage): SignatureHeaders | null {
  const seconds = Math.floor(at / 1_000);
  try {
    return {
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      "webhook-signature": new Webhook(secret).sign(id, new Date(seconds * 1_000), body),
    };
  } catch {
    // The library says what is wrong with a secret by throwing; whoever binds it is told by whoever uses it.
    return null;
  }
}

/** A message as it came, with what its headers say. */
export interface SignedRequest {
  readonly id: string;
  readonly timestamp: string;
  /** `v1,` and a signature in base64; several with spaces between them. */
  readonly signature: string;
  readonly body: string;
}

/** A list of signatures is looked through so far. */
const MOST_SIGNATURES = 10;

/** Whether one of a message's signatures is made with the secret. How old it is does not matter here. */
export function isSignedBy(secret: string, { id, timestamp, signature: given, body }: SignedRequest): boolean {
  if (!/^\d{1,11}$/.test(timestamp)) return false;
  const expected = signature(secret, { id, at: Number(timestamp) * 1_000, body })?.["webhook-signature"];
  if (expected === undefined) return false;
  return given
    .split(" ")
    .slice(0, MOST_SIGNATURES)
    .some((one) => isSameText(one, expected));
}

import { Webhook } from "standardwebhooks";

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

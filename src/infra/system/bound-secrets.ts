import { fault } from "../../core/errors.ts";
import { err } from "../../core/result.ts";
import { HOSTS_SUFFIX, judgeSecret, secretBinding } from "../../core/secret/bound-secret.ts";
import type { Secrets } from "../../spi/secrets.ts";

/** A secret as the platform binds it: text, or an entry of a Secrets Store that is asked. */
export type SecretBinding = string | { get(): Promise<string> };

/** Secrets that are bound by name in an environment, `SECRET_<name>` each. */
export function boundSecrets(lookUp: (binding: string) => unknown): Secrets {
  return {
    async resolve({ name, host }) {
      const binding = secretBinding(name);
      const bound = lookUp(binding);
      const hosts = lookUp(`${binding}${HOSTS_SUFFIX}`);
      try {
        const secret = isStored(bound) ? await bound.get() : typeof bound === "string" ? bound : undefined;
        return judgeSecret(name, secret, host, typeof hosts === "string" ? hosts : undefined);
      } catch {
        // What a store says of its failure may name what it holds.
        const hint = "look at the Secrets Store";
        return err(
          fault("SECRET_RESOLUTION_ERROR", `the secret ${name} cannot be read`, { place: name, hint, retryable: true }),
        );
      }
    },
  };
}

const isStored = (bound: unknown): bound is { get(): Promise<string> } =>
  typeof bound === "object" && bound !== null && "get" in bound && typeof bound.get === "function";

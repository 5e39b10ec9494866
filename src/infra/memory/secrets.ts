import { HOSTS_SUFFIX, judgeSecret, secretBinding } from "../../core/secret/bound-secret.ts";
import type { Secrets } from "../../spi/secrets.ts";

/** Secrets by their bindings (`SECRET_NAME`), from a table. */
export function memorySecrets(bindings: Readonly<Record<string, string>> = {}): Secrets {
  return {
    async resolve({ name, host }) {
      const binding = secretBinding(name);
      return judgeSecret(name, bindings[binding], host, bindings[`${binding}${HOSTS_SUFFIX}`]);
    },
  };
}

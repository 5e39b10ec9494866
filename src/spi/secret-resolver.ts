/** Resolves a `secret_ref`. Rejects with SECRET_RESOLUTION_ERROR, which names the reference, never the value. */
export interface SecretResolver {
  resolve(reference: string): Promise<string>;
}

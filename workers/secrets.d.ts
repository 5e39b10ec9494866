/** Secrets are not in wrangler.toml, so their bindings are declared here. */
interface Env {
  /** The bearer token of /v1; without it nobody is let in. */
  readonly ONEX_TOKEN?: string;
}

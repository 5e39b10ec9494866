/** The part of the Workers platform that the floor uses. The project's generated types cannot be loaded beside Node's. */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Env = unknown> {
    protected readonly ctx: ObjectState;
    protected readonly env: Env;
    constructor(ctx: ObjectState, env: Env);
  }

  export interface ObjectState {
    readonly storage: {
      readonly sql: { exec(query: string, ...values: (string | number)[]): unknown };
      transactionSync<T>(closure: () => T): T;
    };
  }

  /** A method called over RPC answers later. */
  export type Stub<Rpc> = {
    [Method in keyof Rpc]: Rpc[Method] extends (...args: infer Args) => infer Answer
      ? (...args: Args) => Promise<Awaited<Answer>>
      : never;
  };

  export interface ObjectNamespace<Rpc> {
    getByName(name: string): Stub<Rpc>;
  }

  export interface Queue<Body> {
    send(body: Body): Promise<void>;
    sendBatch(messages: readonly { readonly body: Body }[]): Promise<void>;
  }

  export interface MessageBatch<Body> {
    readonly messages: readonly { readonly body: Body }[];
  }
}

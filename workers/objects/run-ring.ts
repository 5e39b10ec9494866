import { DurableObject } from "cloudflare:workers";
import { LOOK_AGAIN_MS, Opened } from "../../src/infra/durable/opened.ts";
import { durableRingStore, rememberedRing } from "../../src/infra/durable/ring-store.ts";
import { systemClock } from "../../src/infra/system/clock.ts";
import { Ring } from "../../src/app/ring/ring.ts";
import type { RingFace } from "../../src/spi/ring-face.ts";
import { ringPorts, ringSettings } from "../env.ts";
import type { OnexBindings } from "../bindings.ts";

/** The object behind a ring number: storage, alarm and RPC; every decision is in `core/run`, every loop in `app/ring`. */
export class RunRing extends DurableObject<OnexBindings> implements RingFace {
  readonly #opened: Opened<Ring>;

  constructor(ctx: DurableObjectState, env: OnexBindings) {
    super(ctx, env);
    const number = rememberedRing(ctx.storage, ctx.id.name);
    const alarm = { arm: (at: number): void => void ctx.storage.setAlarm(at) };
    const ports = ringPorts(env);
    const open = (): Ring =>
      new Ring(number, { ...ports, store: durableRingStore(ctx.storage, systemClock), alarm }, ringSettings(env));
    this.#opened = new Opened(`ring-${number}`, open, ports.log);
  }

  get #ring(): Ring {
    return this.#opened.value;
  }

  submit(...args: Parameters<Ring["submit"]>): ReturnType<Ring["submit"]> {
    return this.#ring.submit(...args);
  }

  answer(...args: Parameters<Ring["answer"]>): ReturnType<Ring["answer"]> {
    return this.#ring.answer(...args);
  }

  undeliverable(...args: Parameters<Ring["undeliverable"]>): ReturnType<Ring["undeliverable"]> {
    return this.#ring.undeliverable(...args);
  }

  replanned(...args: Parameters<Ring["replanned"]>): ReturnType<Ring["replanned"]> {
    return this.#ring.replanned(...args);
  }

  read(...args: Parameters<Ring["read"]>): ReturnType<Ring["read"]> {
    return this.#ring.read(...args);
  }

  wait(...args: Parameters<Ring["wait"]>): ReturnType<Ring["wait"]> {
    return this.#ring.wait(...args);
  }

  watch(...args: Parameters<Ring["watch"]>): ReturnType<Ring["watch"]> {
    return this.#ring.watch(...args);
  }

  control(...args: Parameters<Ring["control"]>): ReturnType<Ring["control"]> {
    return this.#ring.control(...args);
  }

  values(...args: Parameters<Ring["values"]>): ReturnType<Ring["values"]> {
    return this.#ring.values(...args);
  }

  holds(...args: Parameters<Ring["holds"]>): ReturnType<Ring["holds"]> {
    return this.#ring.holds(...args);
  }

  standing(...args: Parameters<Ring["standing"]>): ReturnType<Ring["standing"]> {
    return this.#ring.standing(...args);
  }

  report(...args: Parameters<Ring["report"]>): ReturnType<Ring["report"]> {
    return this.#ring.report(...args);
  }

  progress(...args: Parameters<Ring["progress"]>): ReturnType<Ring["progress"]> {
    return this.#ring.progress(...args);
  }

  admit(...args: Parameters<Ring["admit"]>): ReturnType<Ring["admit"]> {
    return this.#ring.admit(...args);
  }

  liveValues(...args: Parameters<Ring["liveValues"]>): ReturnType<Ring["liveValues"]> {
    return this.#ring.liveValues(...args);
  }

  batch(...args: Parameters<Ring["batch"]>): ReturnType<Ring["batch"]> {
    return this.#ring.batch(...args);
  }

  archived(...args: Parameters<Ring["archived"]>): ReturnType<Ring["archived"]> {
    return this.#ring.archived(...args);
  }

  quarantined(...args: Parameters<Ring["quarantined"]>): ReturnType<Ring["quarantined"]> {
    return this.#ring.quarantined(...args);
  }

  raw(...args: Parameters<Ring["raw"]>): ReturnType<Ring["raw"]> {
    return this.#ring.raw(...args);
  }

  retry(...args: Parameters<Ring["retry"]>): ReturnType<Ring["retry"]> {
    return this.#ring.retry(...args);
  }

  end(...args: Parameters<Ring["end"]>): ReturnType<Ring["end"]> {
    return this.#ring.end(...args);
  }

  override alarm(): Promise<void> {
    const ring = this.#opened.readable;
    return ring ? ring.tick() : this.ctx.storage.setAlarm(systemClock.now() + LOOK_AGAIN_MS);
  }
}

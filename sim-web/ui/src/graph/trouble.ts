// How a node fares, in one word: from its numbers alone, whatever its kind.

export enum Trouble {
  None = 0,
  /** Near its limits. */
  Strained = 1,
  /** Much of what it is asked for fails. */
  Failing = 2,
  /** More comes in than it can do. */
  Overloaded = 3,
  /** Its instances stand still. */
  Hanging = 4,
  /** No instance takes part. */
  Down = 5,
}

export interface Vitals {
  isClient: boolean;
  rate: number;
  failed: number;
  waiting: number;
  utilization: number;
  /** Of the main pool, over all instances that are up. */
  servers: number;
  /** Instances that take part in any way, those that are up, and those of them that stand still. */
  instances: number;
  up: number;
  booting: number;
  hanging: number;
}

/** From this share of failures on. */
const FAILING = 0.05;
const FALTERING = 0.01;

export function troubleOf(vitals: Vitals): Trouble {
  const share = vitals.rate > 0 ? vitals.failed / vitals.rate : 0;
  if (vitals.isClient) {
    if (share >= FAILING) return Trouble.Failing;
    return share >= FALTERING ? Trouble.Strained : Trouble.None;
  }
  const { instances, up, booting, hanging, waiting, utilization } = vitals;
  if (instances > 0 && up === 0 && booting === 0) return Trouble.Down;
  if (up > 0 && hanging === up) return Trouble.Hanging;
  // As many waiting as are served: each waits a whole service time before its turn.
  const servers = Number.isFinite(vitals.servers) && vitals.servers > 0 ? vitals.servers : 8;
  if (waiting >= Math.max(8, servers)) return Trouble.Overloaded;
  if (share >= FAILING) return Trouble.Failing;
  if (utilization >= 0.9 || waiting >= Math.max(3, servers / 4) || hanging > 0 || share >= FALTERING) {
    return Trouble.Strained;
  }
  return Trouble.None;
}

/** Trouble is told at once, and is over only after it has been over for a while: nothing flickers. */
export class Steady {
  #shown = Trouble.None;
  #below = 0;

  /** `atOnce` where nothing is to come that could tell it later. */
  next(trouble: Trouble, now: number, atOnce = false): Trouble {
    if (atOnce || trouble >= this.#shown) {
      this.#shown = trouble;
      this.#below = now;
    } else if (now - this.#below > CALM) {
      this.#shown = trouble;
    }
    return this.#shown;
  }
}

/** In ms of the reader's time. */
const CALM = 500;

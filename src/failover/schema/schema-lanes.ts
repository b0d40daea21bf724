/** Decides which check runs next: tenants take turns, and what turned out to be costly comes last. */

/** A check that waits for a thread. */
interface Waiting {
  readonly start: () => void;
}

/** The checks of each tenant that wait, in the order in which they came. */
class Lane {
  readonly #byTenant = new Map<string, Waiting[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  countOf(tenant: string): number {
    return this.#byTenant.get(tenant)?.length ?? 0;
  }

  add(tenant: string, waiting: Waiting): void {
    const line = this.#byTenant.get(tenant);
    if (line === undefined) this.#byTenant.set(tenant, [waiting]);
    else line.push(waiting);
    this.#count += 1;
  }

  /** The first check of the tenant whose turn it is; that tenant is last from then on. */
  next(): Waiting | undefined {
    for (const [tenant, line] of this.#byTenant) {
      const waiting = line.shift();
      this.#byTenant.delete(tenant);
      if (line.length > 0) this.#byTenant.set(tenant, line);
      if (waiting === undefined) continue;
      this.#count -= 1;
      return waiting;
    }
    return undefined;
  }
}

/** How a lane is taken: a quick try first, and the long one for what did not end in it. */
export type LaneName = "quick" | "long";

export interface SchemaLanesOptions {
  /** Checks that run at the same time. */
  readonly maxRunning: number;
  /** Checks that wait in a lane. */
  readonly maxWaiting: number;
  /** Checks of one tenant that wait in a lane. */
  readonly maxWaitingOfOne: number;
}

/** Places for checks. One place is never taken by long ones, so that they delay no quick one. */
export class SchemaLanes {
  readonly #options: SchemaLanesOptions;
  readonly #lanes: Readonly<Record<LaneName, Lane>> = { quick: new Lane(), long: new Lane() };
  readonly #running: Record<LaneName, number> = { quick: 0, long: 0 };

  constructor(options: SchemaLanesOptions) {
    this.#options = options;
  }

  /** Runs a check when its turn comes. Resolves with undefined, at once, if too many wait. */
  async run<Result>(lane: LaneName, tenant: string, check: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#mayStart(lane)) this.#running[lane] += 1;
    else if (!(await this.#wait(lane, tenant))) return undefined;
    try {
      return await check();
    } finally {
      this.#running[lane] -= 1;
      this.#startNext();
    }
  }

  async #wait(name: LaneName, tenant: string): Promise<boolean> {
    const { maxWaiting, maxWaitingOfOne } = this.#options;
    const lane = this.#lanes[name];
    if (lane.count >= maxWaiting || lane.countOf(tenant) >= maxWaitingOfOne) return false;
    await new Promise<void>((start) => lane.add(tenant, { start }));
    return true;
  }

  #mayStart(lane: LaneName): boolean {
    const { maxRunning } = this.#options;
    const { quick, long } = this.#running;
    return quick + long < maxRunning && (lane === "quick" || long < Math.max(1, maxRunning - 1));
  }

  #startNext(): void {
    const lane = this.#mayStart("quick") && this.#lanes.quick.count > 0 ? "quick" : "long";
    const next = this.#mayStart(lane) ? this.#lanes[lane].next() : undefined;
    if (next === undefined) return;
    this.#running[lane] += 1;
    next.start();
  }
}

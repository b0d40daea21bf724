/** Decides which check runs next, and which has to make room: tenants take turns, and what takes long comes last. */

/** A check that waits for its turn. */
interface Waiting {
  readonly start: () => void;
}

/** The checks of each tenant that wait, in the order in which they came. */
class Line {
  readonly #byTenant = new Map<string, Waiting[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  countOf(tenant: string): number {
    return this.#byTenant.get(tenant)?.length ?? 0;
  }

  add(tenant: string, waiting: Waiting): void {
    const own = this.#byTenant.get(tenant);
    if (own === undefined) this.#byTenant.set(tenant, [waiting]);
    else own.push(waiting);
    this.#count += 1;
  }

  /** The first check of the tenant whose turn it is; that tenant is last from then on. */
  next(): Waiting | undefined {
    for (const [tenant, own] of this.#byTenant) {
      const waiting = own.shift();
      this.#byTenant.delete(tenant);
      if (own.length > 0) this.#byTenant.set(tenant, own);
      if (waiting === undefined) continue;
      this.#count -= 1;
      return waiting;
    }
    return undefined;
  }
}

/** Every check begins in the quick lane; one that takes long goes on in the other. */
type LaneName = "quick" | "long";

export interface SchemaLanesOptions {
  /** Checks that run at the same time. */
  readonly maxRunning: number;
  /** Checks that wait in a lane. */
  readonly maxWaiting: number;
  /** Checks of one tenant that wait in a lane. */
  readonly maxWaitingOfOne: number;
  /** From then on a check takes long, in milliseconds. */
  readonly quickMs: number;
  /** The longest time of a check, in milliseconds. */
  readonly timeoutMs: number;
}

/** A check that may be run twice: once until it has to make room, and then in its turn until its end. */
export interface LaneCheck<Result> {
  /** Runs it. Rejects when the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<Result>;
  /** For how long it has run, in milliseconds; undefined before it has begun. A thread may take its time to start. */
  readonly ranMs: () => number | undefined;
}

/** What becomes of a check that has no result. */
type Stopped = "made-room" | "timed-out";

/** Places for checks. One place is never taken by long ones for long, so that they delay no quick one. */
export class SchemaLanes {
  readonly #options: SchemaLanesOptions;
  readonly #lines: Readonly<Record<LaneName, Line>> = { quick: new Line(), long: new Line() };
  readonly #running: Record<LaneName, number> = { quick: 0, long: 0 };

  constructor(options: SchemaLanesOptions) {
    this.#options = options;
  }

  /** Runs a check when its turn comes. Resolves with undefined if it takes too long, or at once if too many wait. */
  async check<Result>(tenant: string, check: LaneCheck<Result>): Promise<Result | undefined> {
    if (!(await this.#enter("quick", tenant))) return undefined;
    const first = await this.#run("quick", check);
    if (first.stopped !== "made-room") return first.result;
    return (await this.#enter("long", tenant)) ? (await this.#run("long", check)).result : undefined;
  }

  /** Takes a place, at once or in its turn. False if too many wait. */
  async #enter(lane: LaneName, tenant: string): Promise<boolean> {
    if (this.#mayStart(lane)) {
      this.#running[lane] += 1;
      return true;
    }
    const { maxWaiting, maxWaitingOfOne } = this.#options;
    const line = this.#lines[lane];
    if (line.count >= maxWaiting || line.countOf(tenant) >= maxWaitingOfOne) return false;
    await new Promise<void>((start) => line.add(tenant, { start }));
    return true;
  }

  async #run<Result>(
    entered: LaneName,
    { run, ranMs }: LaneCheck<Result>,
  ): Promise<{ readonly result: Result | undefined; readonly stopped: Stopped | undefined }> {
    const { quickMs, timeoutMs } = this.#options;
    const abort = new AbortController();
    let lane = entered;
    let stopped: Stopped | undefined;
    const onTime = (): void => {
      const leftMs = (lane === "quick" ? quickMs : timeoutMs) - (ranMs() ?? 0);
      if (leftMs > 0) {
        timer = setTimeout(onTime, Math.ceil(leftMs));
      } else if (lane === "quick" && this.#hasLongPlace()) {
        // It goes on where it is, on a place that long checks may take.
        this.#running.quick -= 1;
        this.#running.long += 1;
        lane = "long";
        timer = setTimeout(onTime, timeoutMs - quickMs);
      } else {
        stopped = lane === "quick" ? "made-room" : "timed-out";
        abort.abort();
      }
    };
    let timer = setTimeout(onTime, lane === "quick" ? quickMs : timeoutMs);
    try {
      return { result: await run(abort.signal), stopped };
    } catch (error) {
      if (stopped === undefined) throw error;
      return { result: undefined, stopped };
    } finally {
      clearTimeout(timer);
      this.#running[lane] -= 1;
      this.#startNext();
    }
  }

  #hasLongPlace(): boolean {
    return this.#running.long < Math.max(1, this.#options.maxRunning - 1);
  }

  #mayStart(lane: LaneName): boolean {
    const { quick, long } = this.#running;
    return quick + long < this.#options.maxRunning && (lane === "quick" || this.#hasLongPlace());
  }

  #startNext(): void {
    const lane = this.#lines.quick.count > 0 && this.#mayStart("quick") ? "quick" : "long";
    const next = this.#mayStart(lane) ? this.#lines[lane].next() : undefined;
    if (next === undefined) return;
    this.#running[lane] += 1;
    next.start();
  }
}

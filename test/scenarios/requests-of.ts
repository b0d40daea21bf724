/** Finds the upstream requests of a workload. */

import type { ReceivedRequest } from "../../src/simulator/request-log.ts";
import type { Stage } from "./stage.ts";

/** Requests to the models of a workload's routes, oldest first. */
export function requestsOf({ simulator }: Pick<Stage, "simulator">, workload: string): ReceivedRequest[] {
  return simulator.requests.filter(({ body }) => modelOf(body).startsWith(`${workload}.`));
}

function modelOf(body: unknown): string {
  return typeof body === "object" && body !== null && "model" in body ? String(body.model) : "";
}

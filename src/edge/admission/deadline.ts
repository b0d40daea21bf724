/** Bounds the deadlines that clients give. */

/**
 * Longest deadline, in milliseconds: a day. A longer one becomes this one, because a timer of more than 24 days fires
 * at once; policies end calls long before.
 */
export const MAX_DEADLINE_MS = 86_400_000;

/** The same in the form of `grpc-timeout`. */
const MAX_GRPC_TIMEOUT = "24H";

/** The units of `grpc-timeout` in milliseconds. */
const GRPC_UNITS_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** Bounds a `grpc-timeout`. What is none is left for the protocol library to refuse. */
export function clampGrpcTimeout(value: string): string {
  const [, amount, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(value) ?? [];
  return Number(amount) * (GRPC_UNITS_MS[unit] ?? 0) > MAX_DEADLINE_MS ? MAX_GRPC_TIMEOUT : value;
}

/** Bounds a number of milliseconds in ten digits, as `connect-timeout-ms` has them. The same goes for what is none. */
export function clampTimeoutMs(value: string): string {
  return /^\d{1,10}$/.test(value) && Number(value) > MAX_DEADLINE_MS ? String(MAX_DEADLINE_MS) : value;
}

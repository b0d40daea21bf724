import { afterEach, beforeEach, expect, test } from "vitest";
import { onSignals } from "../../src/gateway/signals.ts";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

let before: Map<NodeJS.Signals, NodeJS.SignalsListener[]>;
let told: string[];

beforeEach(() => {
  told = [];
  before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
});
afterEach(() => {
  for (const [signal, listeners] of before) {
    for (const listener of process.listeners(signal)) if (!listeners.includes(listener)) process.off(signal, listener);
  }
});

function listen(isTerminal: () => boolean): void {
  onSignals({ onStop: () => void told.push("stop"), onHangUp: () => void told.push("reload") }, isTerminal);
}

function send(...signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals) process.emit(signal, signal);
}

test("SIGTERM and Ctrl-C stop, each time", () => {
  listen(() => true);
  send("SIGTERM", "SIGINT");
  expect(told).toEqual(["stop", "stop"]);
});

test.each([
  ["without a terminal", false],
  ["while its terminal is there", true],
])("SIGHUP %s means another configuration", (_, isTerminal) => {
  listen(() => isTerminal);
  send("SIGHUP", "SIGHUP");
  expect(told).toEqual(["reload", "reload"]);
});

test("SIGHUP stops when the terminal was closed, once however often it comes", () => {
  let isTerminal = true;
  listen(() => isTerminal);
  isTerminal = false;
  send("SIGHUP", "SIGHUP", "SIGHUP");
  expect(told).toEqual(["stop"]);
});

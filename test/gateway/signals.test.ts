import { afterEach, beforeEach, expect, test } from "vitest";
import { onSignals } from "../../src/gateway/signals.ts";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

let before: Map<NodeJS.Signals, NodeJS.SignalsListener[]>;
let told: string[];
let known: number;

beforeEach(() => {
  told = [];
  known = process.listenerCount("disconnect");
  before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
});
afterEach(() => {
  for (const listener of process.listeners("disconnect").slice(known)) process.off("disconnect", listener);
  for (const [signal, listeners] of before) {
    for (const listener of process.listeners(signal)) if (!listeners.includes(listener)) process.off(signal, listener);
  }
});

function listen(isTerminal: () => boolean): void {
  onSignals({ onStop: () => void told.push("stop"), onHangUp: () => void told.push("reload") }, isTerminal, null);
}

function send(...signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals) process.emit(signal, signal);
}

test("SIGTERM and Ctrl-C stop, each time", () => {
  listen(() => true);
  send("SIGTERM", "SIGINT");
  expect(told).toEqual(["stop", "stop"]);
});

test("the end of the launcher stops", () => {
  listen(() => true);
  // Not emitted: the runner of the tests listens too.
  for (const listener of process.listeners("disconnect").slice(known)) listener();
  expect(told).toEqual(["stop"]);
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

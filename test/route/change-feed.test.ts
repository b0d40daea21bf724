import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { createChangeFeed } from "../../src/route/change-feed.ts";

const never = new AbortController().signal;

test("keeps one entry a name for a reader that does not read", async () => {
  const feed = createChangeFeed();
  const reader = feed.subscribe(never);
  for (let change = 0; change < 1_000; change += 1) feed.changed(`route ${change % 3}`);
  expect([...((await reader.next()) ?? [])]).toEqual(["route 0", "route 1", "route 2"]);
});

test("wakes a reader that waits", async () => {
  const feed = createChangeFeed();
  const next = feed.subscribe(never).next();
  feed.changed("a");
  expect(await next).toEqual(new Set(["a"]));
});

test("ends a reader of a closed feed or an aborted signal at once", async () => {
  const feed = createChangeFeed();
  expect(await feed.subscribe(AbortSignal.abort()).next()).toBeUndefined();
  feed.close();
  expect(await feed.subscribe(never).next()).toBeUndefined();
});

test("ends a reader that left, and lets its signal go", async () => {
  const feed = createChangeFeed();
  const call = new AbortController();
  const reader = feed.subscribe(call.signal);
  feed.changed("a");
  reader.leave();
  expect(await reader.next()).toBeUndefined();
  expect(getEventListeners(call.signal, "abort")).toHaveLength(0);
});

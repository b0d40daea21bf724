import { expect, onTestFinished, test } from "vitest";

import { FLAG, FRAME, makeFrame, makeWords } from "./http2-frames.ts";
import { makeCallBody, makeCallFields, makeCallHeaders } from "./raw-call.ts";
import { connectRawHttp2 } from "./raw-http2.ts";
import { ATTACKER_KEY, startTarget } from "./start-target.ts";

test("the raw client makes a good call, counts what comes, and sees the connection end", async () => {
  const target = await startTarget();
  onTestFinished(() => target.stop());
  const client = await connectRawHttp2(target.port);
  const answers: string[] = [];
  const ended = new Promise<void>((resolve) => {
    client.onFrame(({ type, flags, payload }) => {
      if (type === FRAME.data) answers.push(payload.toString("latin1"));
      if (type === FRAME.headers && (flags & FLAG.endStream) !== 0) resolve();
    });
  });
  await client.send(makeCallHeaders(1, makeCallFields(ATTACKER_KEY)), makeCallBody(1, "quick"));
  await ended;
  // In as many messages as there were pieces when the client was ready.
  expect(answers.join("")).toMatch(/To.* be,.* or.* not.* to be\./su);
  expect(client.frameCounts).toMatchObject({ [FRAME.headers]: 2, [FRAME.settings]: 2 });
  expect(client.isClosed()).toBe(false);

  await client.send(makeFrame(FRAME.windowUpdate, 0, 0, makeWords(0)));
  await client.closed;
  expect(client.goawayCodes).toEqual([1]);
});

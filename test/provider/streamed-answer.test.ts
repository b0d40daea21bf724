import { expect, test } from "vitest";
import { openaiChat } from "../../src/provider/dialect/openai-chat/index.ts";
import { StreamedAnswer } from "../../src/provider/streamed-answer.ts";
import { ResponseBody } from "../../src/wire/response-body.ts";
import { HEAD, readFixture } from "./read-answer.ts";
import { gptRoute } from "./route-settings.ts";

const CONTROLLER = { aborted: false, paused: false, reason: null, abort() {}, pause() {}, resume() {} };

test("lets the connection go before the last event, so that an abort behind it closes nothing", async () => {
  let detached = false;
  const body = new ResponseBody(CONTROLLER, () => {
    detached = true;
  });
  const answer = new StreamedAnswer(body, HEAD, openaiChat.createReader(HEAD, gptRoute()));
  body.push(readFixture("openai/text.sse"));
  await answer.advance();
  expect([answer.events.at(-1)?.kind, detached]).toEqual(["finished", true]);
  body.settle("end");
});

test("gives one sign of life for each piece that says nothing else", async () => {
  const body = new ResponseBody(CONTROLLER, () => {});
  const answer = new StreamedAnswer(body, HEAD, openaiChat.createReader(HEAD, gptRoute()));
  body.push(Buffer.from(": comment\n\ndata: {}\n\nda"));
  await answer.advance();
  expect(answer.events).toEqual([{ kind: "alive" }]);
  body.close();
  expect(await answer.advance()).toBe(false);
});

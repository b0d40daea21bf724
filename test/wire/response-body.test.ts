import { expect, test } from "vitest";
import { ResponseBody } from "../../src/wire/response-body.ts";

function makeController(): {
  aborted: boolean;
  paused: boolean;
  reason: null;
  abort(): void;
  pause(): void;
  resume(): void;
} {
  return {
    aborted: false,
    paused: false,
    reason: null,
    abort() {
      this.aborted = true;
    },
    pause() {
      this.paused = true;
    },
    resume() {
      this.paused = false;
    },
  };
}

test("pauses the upstream while nobody reads, and resumes it", async () => {
  const controller = makeController();
  const body = new ResponseBody(controller, () => {});
  for (let pushed = 0; pushed < 4; pushed += 1) body.push(Buffer.alloc(64 * 1024));
  expect(controller.paused).toBe(true);
  await body.read();
  expect(controller.paused).toBe(false);
});

test("gives what came before the connection broke", async () => {
  const body = new ResponseBody(makeController(), () => {});
  body.push(Buffer.from("a"));
  body.settle("cut");
  expect([String(await body.read()), await body.read(), await body.read()]).toEqual(["a", "cut", "cut"]);
});

test("drops what was not read when this side closes", async () => {
  const controller = makeController();
  const body = new ResponseBody(controller, () => {});
  body.push(Buffer.from("a"));
  body.close();
  body.settle("cut");
  expect([await body.read(), controller.aborted]).toEqual(["aborted", true]);
});

test("cuts an upstream off that says too much behind the end", () => {
  const controller = makeController();
  const body = new ResponseBody(controller, () => {});
  body.discard();
  body.push(Buffer.alloc(60 * 1024));
  expect(controller.aborted).toBe(false);
  body.push(Buffer.alloc(60 * 1024));
  expect(controller.aborted).toBe(true);
});

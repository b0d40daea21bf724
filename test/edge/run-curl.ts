/** Runs curl. */

import { execFile } from "node:child_process";

export interface CurlAnswer {
  readonly status: number;
  /** Head and body as curl prints them with `-i`. */
  readonly text: string;
  readonly body: string;
}

/** Runs curl with these arguments, and `stdin` as the body if it is given. */
export function runCurl(args: readonly string[], stdin?: string | Buffer): Promise<CurlAnswer> {
  const all = [
    "-sS",
    "-i",
    "--max-time",
    "15",
    "-H",
    "Expect:",
    ...(stdin === undefined ? [] : ["--data-binary", "@-"]),
  ];
  return new Promise((resolve, reject) => {
    const child = execFile("curl", [...all, ...args], { maxBuffer: 1 << 26 }, (error, text) => {
      if (error) return reject(error);
      const status = Number(/^HTTP\/\S+ (\d+)/.exec(text)?.[1]);
      resolve({ status, text, body: text.slice(text.indexOf("\r\n\r\n") + 4) });
    });
    // curl stops reading when it has its answer.
    child.stdin?.on("error", () => {});
    child.stdin?.end(stdin);
  });
}

/** Calls a method with JSON. */
export function curlJson(url: string, method: string, body: string | Buffer, ...args: string[]): Promise<CurlAnswer> {
  const target = `${url}/understudy.v1.${method}`;
  return runCurl([target, "-H", "content-type: application/json", ...args], body);
}

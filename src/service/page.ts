/** Cuts lists into pages. */

import { refuseField } from "./refuse-fields.ts";

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

/** The fields that every list request has. */
export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface Page<T> {
  readonly items: T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** Takes one page of `items`, which are in the order of their keys. A token names the last key of the page before. */
export function takePage<T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest): Page<T> {
  const size = request.pageSize === 0 ? DEFAULT_PAGE_SIZE : request.pageSize;
  if (size < 1 || size > MAX_PAGE_SIZE) refuseField("page_size", `is ${size}; give 1 to ${MAX_PAGE_SIZE}`);
  const after = request.pageToken === "" ? undefined : decodeToken(request.pageToken);
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const more = last !== undefined && rest.length > page.length;
  return { items: page, nextPageToken: more ? encodeToken(keyOf(last)) : "" };
}

function encodeToken(key: string): string {
  return Buffer.from(`after ${key}`).toString("base64url");
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (text.startsWith("after ") && encodeToken(text.slice(6)) === token) return text.slice(6);
  refuseField("page_token", "is not a token that this method gave; leave it empty for the first page");
}

/** Calls a route's upstream: one request over HTTP, its answer as neutral events. */

import type { Upstream, UpstreamEvent, UpstreamRequest } from "../call/upstream.ts";
import type { FailureKind, UpstreamFailure } from "../call/upstream-failure.ts";
import type { DialectName } from "../vendor/vendor.ts";
import { createHttpClient, type HttpClient } from "../wire/http-client.ts";
import type { HttpHeaders, HttpOutcome } from "../wire/http-exchange.ts";
import { readBodyText } from "../wire/read-body-text.ts";
import type { ResponseBody } from "../wire/response-body.ts";
import { authorize } from "./auth/authorize.ts";
import type { Credential } from "./auth/credential.ts";
import { type AnswerHead, makeFailure, readAnswerHead } from "./dialect/answer-head.ts";
import { anthropicMessages } from "./dialect/anthropic-messages/index.ts";
import type { AnswerReader, Dialect } from "./dialect/dialect.ts";
import { parseObject } from "./dialect/json-values.ts";
import { openaiChat } from "./dialect/openai-chat/index.ts";
import { parseStatusFailure } from "./dialect/parse-failure.ts";
import { AnswerFit } from "./fit/fit-answer.ts";
import { type FittedRequest, fitRequest, holds } from "./fit/fit-request.ts";
import { RefusedFields } from "./fit/refused-fields.ts";
import type { RouteSettings } from "./settings.ts";
import { StreamedAnswer } from "./streamed-answer.ts";
import type { Answer } from "./upstream-answer.ts";
import { WholeAnswer } from "./whole-answer.ts";

const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  "openai-chat": openaiChat,
  "anthropic-messages": anthropicMessages,
};

/** A route's way to its model. */
export interface OpenUpstream {
  readonly upstream: Upstream;
  /** Closes the connections, and ends calls that still run. */
  readonly close: () => Promise<void>;
}

/** Creates the upstream of one route, with connections of its own and the credential of its provider. */
export function createUpstream(settings: RouteSettings, credential: Credential): OpenUpstream {
  const client = createHttpClient();
  const way = { client, settings, credential, refusedFields: new RefusedFields() };
  return {
    upstream: (request, signal) => callUpstream(way, request, signal),
    close: () => client.close(),
  };
}

/** What all calls of a route have in common. */
interface Way {
  readonly client: HttpClient;
  readonly settings: RouteSettings;
  readonly credential: Credential;
  readonly refusedFields: RefusedFields;
}

async function* callUpstream(
  { client, settings, credential, refusedFields }: Way,
  request: UpstreamRequest,
  signal: AbortSignal,
): AsyncGenerator<UpstreamEvent, void, undefined> {
  const dialect = DIALECTS[settings.dialect];
  const { request: fitted, adjustments } = fitRequest(
    request,
    settings,
    refusedFields.list(request.refusals, Date.now()),
  );
  if (adjustments.length > 0) yield { kind: "adjusted", adjustments };
  const body = writeBody(dialect, fitted, settings);
  if (body === undefined) {
    yield failWithoutAnswer("invalid-request", `the request cannot be written for ${settings.dialect}`);
    return;
  }
  const { url } = settings;
  const asked = authorize(credential, { url, headers: settings.headers, body, signal });
  const authorization = asked instanceof Promise ? await asked : asked;
  if (authorization === undefined) return;
  if (authorization.kind === "failed") {
    yield failWithoutAnswer("unauthenticated", `was not asked: ${authorization.message}`);
    return;
  }
  // Configured headers replace those of the credential.
  const headers = { ...authorization.headers, ...settings.headers };
  const outcome = await client.post({ url, headers, body, connectTimeoutMs: request.connectTimeoutMs }, signal);
  if (outcome.kind !== "answered") {
    if (outcome.kind !== "aborted") yield failWithoutAnswer(outcome.kind, explain(outcome, request));
    return;
  }
  const head = readAnswerHead(outcome.status, outcome.headers, Date.now());
  try {
    if (outcome.status === 401) credential.invalidate();
    if (outcome.status < 200 || outcome.status >= 300) {
      const text = await readBodyText(outcome.body);
      const failure = keepRefusal(
        parseStatusFailure(settings.vendorDialect.errors, head, text, listDialectFields(fitted)),
        fitted,
      );
      if (!signal.aborted) yield { kind: "failed", failure };
      return;
    }
    refusedFields.confirm(request.refusals, Date.now());
    yield { kind: "opened", status: head.status, upstreamRequestId: head.upstreamRequestId };
    const reader = dialect.createReader(head, settings, fitted.maxOutputTokens);
    const answer = await openAnswer(outcome.headers, outcome.body, head, reader);
    if (answer === undefined) {
      yield {
        kind: "failed",
        failure: makeFailure(head, "malformed", "", "answered with a page instead of an answer"),
      };
      return;
    }
    const answerFit = new AnswerFit(request.request, fitted.gatewayStops);
    while (await answer.advance()) {
      for (const event of answer.events) {
        if (answerFit.leaves(event)) {
          yield event;
          continue;
        }
        for (const passed of answerFit.fit(event)) {
          yield passed;
          if (passed.kind === "finished") return;
        }
      }
    }
  } finally {
    outcome.body.discard();
  }
}

/** Bytes of an answer that tell its form. */
const MAX_BEGINNING = 256;

/** An event stream begins with a field or a comment, a JSON document with a brace or a bracket. */
const EVENTS_BEGIN = /^\s*(?:data|event|id|retry)?:/;
const JSON_BEGINS = /^\s*[{[]/;

/** Chooses by the first bytes, because some servers label one form as the other; else by the content type. */
async function openAnswer(
  headers: HttpHeaders,
  body: ResponseBody,
  head: AnswerHead,
  reader: AnswerReader,
): Promise<Answer | undefined> {
  const encoding = headers["content-encoding"] ?? "identity";
  const contentType = String(headers["content-type"] ?? "").toLowerCase();
  if (encoding !== "identity" || contentType.startsWith("text/html")) return undefined;
  const beginning = (await body.peek())?.toString("latin1", 0, MAX_BEGINNING) ?? "";
  const isWhole =
    JSON_BEGINS.test(beginning) || (contentType.startsWith("application/json") && !EVENTS_BEGIN.test(beginning));
  return isWhole ? new WholeAnswer(body, head, reader) : new StreamedAnswer(body, head, reader);
}

function listDialectFields({ request }: FittedRequest): string[] {
  return request.dialectFields.flatMap(({ fieldsJson }) => Object.keys(parseObject(fieldsJson)));
}

/** A field that was not sent cannot be left out: what names one refuses the request. */
function keepRefusal(failure: UpstreamFailure, fitted: FittedRequest): UpstreamFailure {
  const { refusal, ...rest } = failure;
  if (refusal === undefined || holds(fitted, refusal.field)) return failure;
  return { ...rest, kind: "invalid-request" };
}

function writeBody(dialect: Dialect, request: FittedRequest, settings: RouteSettings): string | undefined {
  try {
    return JSON.stringify(dialect.makeBody(request, settings));
  } catch {
    return undefined;
  }
}

function explain(outcome: HttpOutcome, { connectTimeoutMs }: UpstreamRequest): string {
  switch (outcome.kind) {
    case "connect-timeout":
      return `did not connect within ${connectTimeoutMs} ms`;
    case "malformed":
      return "answered with something that is no HTTP";
    default:
      return "was not reached, or closed the connection without an answer";
  }
}

function failWithoutAnswer(kind: FailureKind, message: string): UpstreamEvent {
  const failure = { kind, status: undefined, code: "", upstreamRequestId: "", retryAfterMs: undefined, message };
  return { kind: "failed", failure };
}

/** Asks the gateway with OpenAI's own SDK, and gathers what it was told in the words of the scenarios. */

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import OpenAI, { APIError } from "openai";
import {
  type Completed,
  CompletedSchema,
  type RouteSwitched,
  RouteSwitchedSchema,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  AttemptOutcomeSchema,
  type FailoverReport,
  FailoverReportSchema,
} from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReasonSchema, SwitchModeSchema, SwitchReasonSchema } from "../../../gen/ts/understudy/v1/routing_pb.ts";

/** What is asked. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number | undefined;
  readonly timeoutMs: number | undefined;
}

/** What the SDK was told from the beginning to the end of a call. */
export interface ChatTold {
  readonly text: string;
  readonly finish: string | undefined;
  /** Number of reports: one in a whole answer, none in one that broke off. */
  readonly done: number;
  /** Place and outcome of each attempt. */
  readonly attempts: readonly string[];
  readonly skips: readonly string[];
  readonly switches: readonly string[];
  readonly error: ChatError | undefined;
}

interface ChatError {
  /** Undefined for an error inside a stream. */
  readonly status: number | undefined;
  readonly reason: string;
  readonly retryAfterS: number;
}

interface Gathered {
  text: string;
  finish: string | undefined;
  reports: { ledger: JsonValue; switches: JsonValue[] }[];
}

/** Runs one call to its end. */
export async function askOpenai(client: OpenAI, asked: Asked): Promise<ChatTold> {
  const gathered: Gathered = { text: "", finish: undefined, reports: [] };
  try {
    await (asked.stream ? readStream(client, asked, gathered) : readWhole(client, asked, gathered));
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return { ...summarise(gathered), ...describeError(error) };
  }
  return { ...summarise(gathered), error: undefined };
}

async function readStream(client: OpenAI, asked: Asked, gathered: Gathered): Promise<void> {
  const stream = await client.chat.completions.create({ ...bodyOf(asked), stream: true }, optionsOf(asked));
  for await (const chunk of stream) {
    const [choice] = chunk.choices;
    gathered.text += choice?.delta.content ?? "";
    gathered.finish = choice?.finish_reason ?? gathered.finish;
    addReport(chunk, gathered);
  }
}

async function readWhole(client: OpenAI, asked: Asked, gathered: Gathered): Promise<void> {
  const completion = await client.chat.completions.create(bodyOf(asked), optionsOf(asked));
  const [choice] = completion.choices;
  gathered.text = choice?.message.content ?? "";
  gathered.finish = choice?.finish_reason;
  addReport(completion, gathered);
}

function bodyOf({ model, maxTokens }: Asked) {
  const messages = [{ role: "user" as const, content: "Tell me about the ferry." }];
  return { model, messages, ...(maxTokens !== undefined && { max_completion_tokens: maxTokens }) };
}

function optionsOf({ timeoutMs }: Asked): OpenAI.RequestOptions {
  return timeoutMs === undefined ? {} : { headers: { "x-understudy-timeout-ms": String(timeoutMs) } };
}

/** The SDK keeps fields that it does not know, and its types do not tell. */
function addReport(answer: object, gathered: Gathered): void {
  const { understudy }: { understudy?: Gathered["reports"][number] } = JSON.parse(JSON.stringify(answer));
  if (understudy !== undefined) gathered.reports.push(understudy);
}

function summarise({ text, finish, reports }: Gathered): Omit<ChatTold, "error"> {
  const [report] = reports;
  const completed = report && fromJson(CompletedSchema, report.ledger);
  const switches = (report?.switches ?? []).map((change) => showSwitch(fromJson(RouteSwitchedSchema, change)));
  return { text, finish, done: reports.length, switches, ...showLedger(completed) };
}

function describeError(error: APIError): Pick<ChatTold, "attempts" | "skips" | "error"> {
  const { understudy }: { understudy?: { reason: string; failover_report?: JsonValue } } = error.error ?? {};
  const report = understudy?.failover_report;
  return {
    ...showLedger(report === undefined ? undefined : fromJson(FailoverReportSchema, report)),
    error: {
      status: error.status,
      reason: understudy?.reason ?? "",
      retryAfterS: Number(error.headers?.get("retry-after") ?? Number.NaN),
    },
  };
}

function showLedger(ledger: Completed | FailoverReport | undefined): Pick<ChatTold, "attempts" | "skips"> {
  return {
    attempts: (ledger?.attempts ?? []).map(
      ({ route, outcome }) => `${placeOf(route)} ${AttemptOutcomeSchema.value[outcome]?.localName}`,
    ),
    skips: (ledger?.skips ?? []).map(
      ({ route, reason }) => `${placeOf(route)} ${SkipReasonSchema.value[reason]?.localName}`,
    ),
  };
}

function showSwitch({ from, to, reason, mode }: RouteSwitched): string {
  const words = [SwitchReasonSchema.value[reason]?.localName, SwitchModeSchema.value[mode]?.localName];
  return [placeOf(from), placeOf(to), ...words].join(" ");
}

function placeOf(route: string): string {
  return route.slice(route.lastIndexOf(".") + 1);
}

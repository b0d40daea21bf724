/** `understudy compare init`: writes samples to begin with. */

import { writeFileSync } from "node:fs";
import type { Server } from "../client/connect-server.ts";
import { listPages, pageSize } from "../client/list-pages.ts";
import { UsageFault } from "../exit-code.ts";
import type { Terminal } from "../terminal/terminal.ts";

export interface InitOptions {
  readonly workload: string;
  /** Default `WORKLOAD.samples.jsonl`. */
  readonly output?: string | undefined;
}

/** Writes the samples. Fails with `UsageFault` if the workload is not there, or the file is. */
export async function initSamples(
  server: Server,
  { workload, output = `${workload}.samples.jsonl` }: InitOptions,
  { err }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const known = await listWorkloads(server, signal);
  if (!known.includes(workload)) {
    throw new UsageFault(`workload ${workload} is not configured; there are: ${known.join(", ")}`);
  }
  const lines = STARTERS.map(({ name, request }) => JSON.stringify({ name, request: { ...request, labels: LABELS } }));
  try {
    writeFileSync(output, `${lines.join("\n")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    const cause = code === "EEXIST" ? "it exists already; name another by --output" : code;
    throw new UsageFault(`${output} cannot be written: ${cause}`);
  }
  await err.write(
    `wrote ${lines.length} samples to ${output}\n` +
      "replace them by requests like those of your own service: a pass needs about 150, each one line of JSON\n",
  );
}

async function listWorkloads(server: Server, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  const fetchPage = (pageToken: string) => server.routes.listWorkloads({ pageSize, pageToken }, { signal });
  for await (const page of listPages(fetchPage)) names.push(...page.workloads.map(({ name }) => name));
  return names;
}

const LABELS = { source: "starter" };

const NOTE =
  "The night ferry left the old harbour at ten past nine. At a quarter to ten the fog came in; the radio fell silent in " +
  "the middle of a sentence. The captain turned to the second set, and the voice went on from the very word where the " +
  "first had stopped. Nobody on the upper deck noticed anything.";

function ask(text: string): object[] {
  return [{ role: "ROLE_USER", text }];
}

const FACTS_SCHEMA = JSON.stringify({
  type: "object",
  properties: {
    title: { type: "string" },
    people: { type: "integer" },
    events: { type: "array", items: { type: "string" } },
  },
  required: ["title", "people", "events"],
  additionalProperties: false,
});

/** One for each form of request whose answer a backup can get wrong. */
const STARTERS = [
  { name: "summary", request: { messages: ask(`Sum this up in two sentences:\n\n${NOTE}`), maxOutputTokens: 300 } },
  { name: "list", request: { messages: ask(`List the events as bullet points:\n\n${NOTE}`), maxOutputTokens: 300 } },
  {
    name: "table",
    request: { messages: ask(`Give a Markdown table of time and event:\n\n${NOTE}`), maxOutputTokens: 400 },
  },
  {
    name: "code",
    request: { messages: ask("Write a Python function that counts the words of a text."), maxOutputTokens: 400 },
  },
  {
    name: "system",
    request: {
      messages: [{ role: "ROLE_SYSTEM", text: "Answer in one word." }, ...ask(`What went silent?\n\n${NOTE}`)],
      maxOutputTokens: 50,
    },
  },
  {
    name: "json-schema",
    request: {
      messages: ask(`Extract the facts:\n\n${NOTE}`),
      responseFormat: { jsonSchema: { name: "facts", schemaJson: FACTS_SCHEMA } },
      maxOutputTokens: 400,
    },
  },
];

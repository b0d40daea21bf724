/** One request to a simulated model, in words that no vendor owns. */

/** A tool that the request declares. */
export interface AskedTool {
  readonly name: string;
  /** JSON schema of its arguments, as parsed. */
  readonly schema: unknown;
}

/** An answer that another model began, and that this one is to go on with. */
export interface PartialAnswer {
  /** `prefill`: the last turn is the model's own. `instruct`: a user turn behind it asks to go on. */
  readonly form: "prefill" | "instruct";
  readonly text: string;
}

/** One request to a simulated model. */
export interface Ask {
  /** Model as the request names it, faults included: `claude-sonnet-5+stall=40`. */
  readonly model: string;
  readonly streamed: boolean;
  /** Whether the usage is sent at the end of an OpenAI stream. */
  readonly includeUsage: boolean;
  readonly partial: PartialAnswer | undefined;
  /** Whether the last turn brings the results of tools. */
  readonly followsToolResult: boolean;
  readonly tools: readonly AskedTool[];
  readonly toolChoice: "auto" | "none" | "required" | { readonly name: string };
  /** Set if the answer is to be JSON; without a schema any object will do. */
  readonly json: { readonly schema: unknown } | undefined;
  /** Most tokens of the answer, reasoning included. */
  readonly maxTokens: number | undefined;
  readonly stopSequences: readonly string[];
  /** Whether the request asks to see reasoning. */
  readonly wantsReasoning: boolean;
  readonly imageCount: number;
  readonly inputTokens: number;
}

/** A request that no vendor would take. The message is what the vendor would say. */
export class InvalidAsk extends Error {
  override readonly name = "InvalidAsk";
}

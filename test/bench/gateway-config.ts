/** The gateway's configuration: a workload for each dialect and shape, and limits that no stream of the bench meets. */

import { SHAPE_NAMES } from "./answer-shape.ts";
import { DIALECTS } from "./canned-answer.ts";
import { makeWorkloadName } from "./workload-name.ts";

/** A silent stream is no failure here. */
const POLICY = [
  "first_token_timeout: 1h",
  "stall_timeout: 1h",
  "silence_timeout: 1h",
  "min_tokens_per_s: 0",
  "total_timeout: 1h",
].join(", ");

/** More than the idle streams. */
const MAX_CONCURRENCY = 10_000;

/** Makes the text of the configuration. */
export function makeGatewayConfig(upstreamUrl: string): string {
  const providers = DIALECTS.map((dialect) => {
    const endpoint = dialect === "openai-chat" ? `${upstreamUrl}/v1` : upstreamUrl;
    return `  ${dialect}: { platform: compatible, dialect: ${dialect}, endpoint: "${endpoint}" }`;
  });
  const asked = DIALECTS.flatMap((dialect) => SHAPE_NAMES.map((shape) => ({ dialect, shape })));
  const routes = asked.map(
    ({ dialect, shape }) =>
      `  ${makeWorkloadName({ dialect, shape })}: { provider: ${dialect}, model: ${shape}, max_concurrency: ${MAX_CONCURRENCY} }`,
  );
  const workloads = asked.map(makeWorkloadName).map((name) => `  ${name}: { primary: ${name}, policy: { ${POLICY} } }`);
  return ["providers:", ...providers, "routes:", ...routes, "workloads:", ...workloads, ""].join("\n");
}

/** Finds the vendor of a platform or of a host. */

import { Platform } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { alibaba } from "./alibaba.ts";
import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { bedrock } from "./bedrock.ts";
import { cerebras } from "./cerebras.ts";
import { cloudflare } from "./cloudflare.ts";
import { compatible } from "./compatible.ts";
import { databricks } from "./databricks.ts";
import { deepseek } from "./deepseek.ts";
import { fireworks } from "./fireworks.ts";
import { gemini } from "./gemini.ts";
import { groq } from "./groq.ts";
import { huggingFace } from "./hugging-face.ts";
import { llamaCpp } from "./llama-cpp.ts";
import { lmStudio } from "./lm-studio.ts";
import { mistral } from "./mistral.ts";
import { moonshot } from "./moonshot.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { perplexity } from "./perplexity.ts";
import { sglang } from "./sglang.ts";
import { snowflake } from "./snowflake.ts";
import { together } from "./together.ts";
import type { Vendor } from "./vendor.ts";
import { vllm } from "./vllm.ts";
import { xai } from "./xai.ts";
import { zai } from "./zai.ts";

type KnownPlatform = Exclude<(typeof Platform)[keyof typeof Platform], typeof Platform.UNSPECIFIED>;

const VENDOR_BY_PLATFORM: Readonly<Record<KnownPlatform, Vendor>> = {
  [Platform.ALIBABA]: alibaba,
  [Platform.ANTHROPIC]: anthropic,
  [Platform.AZURE]: azure,
  [Platform.BEDROCK]: bedrock,
  [Platform.CEREBRAS]: cerebras,
  [Platform.CLOUDFLARE]: cloudflare,
  [Platform.COMPATIBLE]: compatible,
  [Platform.DATABRICKS]: databricks,
  [Platform.DEEPSEEK]: deepseek,
  [Platform.FIREWORKS]: fireworks,
  [Platform.GEMINI]: gemini,
  [Platform.GROQ]: groq,
  [Platform.HUGGINGFACE]: huggingFace,
  [Platform.LLAMACPP]: llamaCpp,
  [Platform.LMSTUDIO]: lmStudio,
  [Platform.MISTRAL]: mistral,
  [Platform.MOONSHOT]: moonshot,
  [Platform.OLLAMA]: ollama,
  [Platform.OPENAI]: openai,
  [Platform.OPENROUTER]: openrouter,
  [Platform.PERPLEXITY]: perplexity,
  [Platform.SGLANG]: sglang,
  [Platform.SNOWFLAKE]: snowflake,
  [Platform.TOGETHER]: together,
  [Platform.VLLM]: vllm,
  [Platform.XAI]: xai,
  [Platform.ZAI]: zai,
};

const BY_NUMBER: Readonly<Record<number, Vendor | undefined>> = VENDOR_BY_PLATFORM;

/** Every vendor, by name. */
export const VENDORS: readonly Vendor[] = Object.values(VENDOR_BY_PLATFORM).sort((one, other) =>
  one.name < other.name ? -1 : 1,
);

/** The vendor; undefined for the unspecified platform and for numbers that the enum does not have. */
export function findVendor(platform: number): Vendor | undefined {
  return BY_NUMBER[platform];
}

/** The vendor whose server a host is; undefined if nobody knows it. */
export function findVendorOfHost(host: string): Vendor | undefined {
  return VENDORS.find(({ hosts }) =>
    hosts.some((known) => host === known || host.endsWith(known.startsWith(".") ? known : `.${known}`)),
  );
}

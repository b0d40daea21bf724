/** Hashes what shapes the answers of a route, so that an approval ends when it changes. */

import { createHash } from "node:crypto";
import { toJsonString } from "@bufbuild/protobuf";
import { CapabilitiesSchema, Thinking } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { RouteSettings } from "./settings.ts";

/**
 * SHA-256, in hexadecimal digits, of model, API version, endpoint, dialect, form of prefill, form of reasoning and
 * capabilities (continuation included). Keys, headers, timeouts, caps and prices do not count.
 */
export function hashShape(settings: RouteSettings): string {
  const { platform, dialect, url, apiVersion, model, prefillForm, reasoningForm } = settings;
  // Written in the order of the message's fields, whatever the order of the configuration. When a model thinks decides
  // how long it may be silent, and nothing of what it says.
  const shaping = { ...settings.capabilities, thinking: Thinking.UNSPECIFIED };
  const capabilities = toJsonString(CapabilitiesSchema, shaping);
  const shape = [platform, dialect, url.href, apiVersion, model, prefillForm, reasoningForm, capabilities];
  return createHash("sha256").update(JSON.stringify(shape)).digest("hex");
}

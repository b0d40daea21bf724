/** llama.cpp's server. */

import { describeChatVendor } from "./chat-vendor.ts";

export const llamaCpp = describeChatVendor({
  name: "llamacpp",
  source: "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
  hosts: [],
  endpoint: "http://127.0.0.1:8080/v1",
  selfHosted: true,
});

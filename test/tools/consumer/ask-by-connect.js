/** Asks a gateway through Connect with the installed client, and prints the text. */

import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { CompletionService } from "@understudy/client/understudy/v1/completion_service_pb.js";
import { Role } from "@understudy/client/understudy/v1/conversation_pb.js";

const transport = createConnectTransport({ baseUrl: process.argv[2] ?? "", httpVersion: "1.1" });
const client = createClient(CompletionService, transport);
const messages = [{ role: Role.USER, text: "Sum up the plot of Hamlet" }];
for await (const { event } of client.streamComplete({ workload: "summaries", messages })) {
  if (event.case === "textDelta") process.stdout.write(event.value.text);
}

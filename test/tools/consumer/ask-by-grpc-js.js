/** Asks a gateway through @grpc/grpc-js with the installed client, prints the text, and reads an error's report. */

import { Client, credentials } from "@grpc/grpc-js";
import { CompletionService } from "@understudy/client/understudy/v1/completion_service_pb.js";
import { Role } from "@understudy/client/understudy/v1/conversation_pb.js";
import { isServiceError } from "./is-service-error.ts";
import { startStream } from "./start-stream.ts";
import { readStatusDetails } from "./status-details.ts";

const client = new Client(new URL(process.argv[2] ?? "").host, credentials.createInsecure());
const messages = [{ role: Role.USER, text: "Sum up the plot of Hamlet" }];
const deadline = new Date(Date.now() + 30_000);
for await (const { event } of startStream(
  client,
  CompletionService.method.streamComplete,
  { workload: "summaries", messages },
  { deadline },
)) {
  if (event.case === "textDelta") process.stdout.write(event.value.text);
}
try {
  for await (const _ of startStream(
    client,
    CompletionService.method.streamComplete,
    { workload: "exhausted", messages },
    { deadline },
  ));
} catch (error) {
  if (!isServiceError(error)) throw error;
  const { info, report } = readStatusDetails(error);
  process.stderr.write(`${info?.reason} after ${report?.attempts.length} attempts`);
}
client.close();

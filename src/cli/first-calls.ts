/** Says what a newcomer can paste once the gateway runs on the simulator. */

/** Calls to paste, for a gateway that listens at `url`. */
export function describeFirstCalls(url: string): string {
  const address = url.replace(/^https?:\/\//, "");
  return `
No configuration was found, so this gateway answers from its built-in simulator.

One answer, by curl:
  curl -s ${url}/understudy.v1.CompletionService/Complete -H 'content-type: application/json' \\
    -d '{"workload":"outage","messages":[{"role":"ROLE_USER","text":"Sum up the plot of Hamlet"}]}'

A stream that survives a stalled primary, by grpcurl:
  grpcurl -plaintext -d '{"workload":"stalls","messages":[{"role":"ROLE_USER","text":"Sum up the plot of Hamlet"}]}' \\
    ${address} understudy.v1.CompletionService/StreamComplete

The same in the terminal:
  node bin/understudy.mjs complete --server ${url} --workload stalls "Sum up the plot of Hamlet"
  node bin/understudy.mjs routes --server ${url} --watch

Workloads to try: summaries, stalls, cuts, outage, exhausted.
`;
}

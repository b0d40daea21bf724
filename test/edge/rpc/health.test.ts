import { expect, test } from "vitest";

import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../../gen/ts/grpc/health/v1/health_pb.ts";
import { call, createGrpcClient, startCall } from "../grpc-client.ts";
import { startEdge } from "../start-edge.ts";

const services = [
  "",
  "understudy.v1.CompletionService",
  "understudy.v1.RouteService",
  "understudy.v1.ComparisonService",
  "understudy.v1.AdminService",
];

test.each(services)("the service %j is serving", async (service) => {
  const { address } = await startEdge();
  const { messages } = await call(createGrpcClient(address), Health.method.check, { service });
  expect(messages).toMatchObject([{ status: ServingStatus.SERVING }]);
});

test("a service that does not exist is NOT_FOUND to a check and unknown to a watch", async () => {
  const { address } = await startEdge();
  const client = createGrpcClient(address);
  expect((await call(client, Health.method.check, { service: "nothing" })).error?.code).toBe(5);
  const watch = startCall(client, Health.method.watch, { service: "nothing" });
  const first = await new Promise((resolve) => {
    watch.once("data", resolve);
  });
  expect(first).toMatchObject({ status: ServingStatus.SERVICE_UNKNOWN });
  watch.on("error", () => {});
  watch.cancel();
});

test("all are listed", async () => {
  const { address } = await startEdge();
  const { messages } = await call(createGrpcClient(address), Health.method.list, {});
  expect(Object.keys(messages[0]?.statuses ?? {}).sort()).toEqual([...services].sort());
});

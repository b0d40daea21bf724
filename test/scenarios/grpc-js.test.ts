import { createGrpcJsClient } from "./clients/grpc-js.ts";
import { ALIKE, CROSSED, declareScenarios } from "./declare-scenarios.ts";

declareScenarios("@grpc/grpc-js", createGrpcJsClient, [...CROSSED, ...ALIKE], "stream");

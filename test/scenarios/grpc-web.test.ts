import { createGrpcWebClient } from "./clients/connect.ts";
import { CROSSED, declareScenarios } from "./declare-scenarios.ts";

declareScenarios("gRPC-Web", createGrpcWebClient, CROSSED, "stream");

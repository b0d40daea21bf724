import { createConnectClient } from "./clients/connect.ts";
import { CROSSED, declareScenarios } from "./declare-scenarios.ts";

declareScenarios("Connect", createConnectClient, CROSSED, "stream");

import { createCurlClient } from "./clients/curl.ts";
import { CROSSED, declareScenarios } from "./declare-scenarios.ts";

declareScenarios("curl", createCurlClient, CROSSED, "complete");

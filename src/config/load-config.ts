/** Loads a configuration: parses its text, reads it into the message, and checks what it says. */

import { create } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { type Config, ConfigSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { checkConfig } from "./check-config.ts";
import type { Environment } from "./expand-variables.ts";
import { parseYaml } from "./parse-yaml.ts";
import { placeKeyFiles } from "./place-key-files.ts";
import type { Position, Problem } from "./problem.ts";
import { Problems } from "./problems.ts";
import { MessageReader } from "./read-message.ts";
import { SourceMap } from "./source-map.ts";

/** The text of a configuration and what it needs to be understood. */
export interface ConfigText {
  readonly text: string;
  /** Path of the file, as messages show it. Relative paths in it begin at its folder. */
  readonly file: string;
  readonly env: Environment;
}

/** A configuration that holds what it must, with the way back to its file. */
export interface LoadedConfig {
  readonly config: Config;
  readonly file: string;
  /** What can be used, but is hardly meant. In the order of the file. */
  readonly warnings: readonly Problem[];
  /** Where a value stands: `positionOf("routes.claude-direct.provider")`. For a value that is not given, what is around it. */
  readonly positionOf: (path: string) => Position;
}

/** Loads a configuration. Fails with `ConfigError`, which lists everything that is wrong. */
export function loadConfig({ text, file, env }: ConfigText): LoadedConfig {
  const source = new SourceMap(file);
  const problems = new Problems(source);
  const tree = parseYaml(text, problems);
  const config = create(ConfigSchema);
  if (tree.root === undefined) {
    problems.report("", "the file is empty", "give at least providers, routes and workloads");
  } else {
    new MessageReader(tree, env, problems).readInto(reflect(ConfigSchema, config), tree.root, "");
    placeKeyFiles(config, file);
    checkConfig(config, problems);
  }
  problems.throwIfAny();
  return { config, file, warnings: problems.warnings(), positionOf: (path) => source.positionOf(path) };
}

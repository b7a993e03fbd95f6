import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

import grpc from "@grpc/grpc-js";
import languageServices from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";

const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run/index.js");

/**
 * A stand-in for `pulumi-language-nodejs`, which comes with the official Pulumi CLI and can not be built from a registry:
 * it starts the SDK's own runner, the same file with the same arguments.
 */
export interface LanguageHost {
  /** The address for `pulumi --client`. */
  address: string;
  close(): void;
}

/** @param env the environment of the program */
export async function startLanguageHost(env: Record<string, string>): Promise<LanguageHost> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  server.addService(languageServices.LanguageRuntimeService, {
    getRequiredPlugins: (_call: unknown, callback: grpc.sendUnaryData<unknown>) => {
      callback(null, new language.GetRequiredPluginsResponse());
    },
    getPluginInfo: (_call: unknown, callback: grpc.sendUnaryData<unknown>) => {
      callback(null, new plugin.PluginInfo());
    },
    run: (call: { request: language.RunRequest }, callback: grpc.sendUnaryData<unknown>) => {
      const response = new language.RunResponse();
      runProgram(call.request, env).then(
        (error) => {
          if (error !== "") response.setError(error);
          callback(null, response);
        },
        (error: unknown) => {
          callback(error as grpc.ServiceError);
        },
      );
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      server.forceShutdown();
    },
  };
}

/** Runs the program. @returns its output when it failed, else an empty text */
async function runProgram(request: language.RunRequest, env: Record<string, string>): Promise<string> {
  const [engine = ""] = request.getArgsList();
  const configuration: Record<string, string> = {};
  request.getConfigMap().forEach((value, key) => (configuration[key] = value));
  const child = spawn(
    process.execPath,
    [
      runner,
      `--monitor=${request.getMonitorAddress()}`,
      `--engine=${engine}`,
      `--project=${request.getProject()}`,
      `--stack=${request.getStack()}`,
      `--organization=${request.getOrganization()}`,
      `--parallel=${request.getParallel()}`,
      ...(request.getDryrun() ? ["--dry-run"] : []),
      `--root-directory=${request.getInfo()?.getRootDirectory() ?? ""}`,
      `--pwd=${request.getPwd()}`,
      request.getInfo()?.getEntryPoint() ?? ".",
    ],
    { env: { ...env, PULUMI_CONFIG: JSON.stringify(configuration), PULUMI_CONFIG_SECRET_KEYS: "[]" } },
  );
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return status === 0 ? "" : `the program ended with status ${status ?? "none"}: ${stdout}${stderr}`;
}

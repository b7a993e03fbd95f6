import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer, type Http2Server, type IncomingHttpHeaders } from "node:http2";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { installedAwsNativeVersion, pluginDirectory } from "../../toolchain/cache.js";
import { hold } from "./hold.ts";
import { killGroup } from "./terminal.ts";

interface Plugin {
  process: ChildProcess;
  session: ClientHttp2Session;
  /** The environment that it was started with, as text. */
  environment: string;
}

/** Plugins of this process that no run is using. */
const idle = new Set<Plugin>();

/** The most idle plugins that are kept: each takes some 90 MB. */
const mostIdle = 6;

/**
 * Processes of the real aws-native plugin that outlive a run of the engine. A run needs one for each account, and spends two fifths of its
 * time starting them. The engine attaches to these as to plugins in a debugger, and configures each as if it had just been started.
 */
export class Plugins {
  readonly #environment: () => Record<string, string>;
  readonly #server: Http2Server;
  /** Plugins that a run is using. */
  readonly #used = new Set<Plugin>();

  private constructor(environment: () => Record<string, string>) {
    this.#environment = environment;
    this.#server = createServer().on("session", (session) => {
      this.#serve(session);
    });
  }

  /** @param environment returns the plugins' environment: the engine's must have the same values for all that a plugin reads */
  static async offer(environment: () => Record<string, string>): Promise<Plugins> {
    const plugins = new Plugins(environment);
    plugins.#server.listen(0, "127.0.0.1").unref();
    await once(plugins.#server, "listening");
    return plugins;
  }

  /** The variables by which the engine attaches to these plugins instead of starting its own. */
  get variables(): Record<string, string> {
    return { PULUMI_DEBUG_PROVIDERS: `aws-native:${(this.#server.address() as AddressInfo).port}` };
  }

  close(): void {
    this.#server.close();
    for (const plugin of this.#used) this.#end(plugin);
  }

  /** Serves one connection of the engine, which is one provider, by a plugin of its own. */
  #serve(engine: ServerHttp2Session): void {
    const plugin = this.#take();
    let [underWay, cancelled] = [0, false];
    engine.on("error", () => undefined);
    engine.on("stream", (stream, headers) => {
      stream.on("error", () => undefined);
      if (headers[":path"] === "/pulumirpc.ResourceProvider/Cancel") {
        // The engine sends this at the end of each run, too, when there is nothing left to cancel.
        if (underWay === 0) {
          answerNothing(stream);
          return;
        }
        cancelled = true;
      }
      underWay++;
      plugin.then(
        ({ session }) => {
          forward(stream, headers, session, () => underWay--);
        },
        () => {
          stream.close();
        },
      );
    });
    engine.once("close", () => {
      const isFree = underWay === 0 && !cancelled;
      plugin.then(
        (used) => {
          if (isFree && !used.session.destroyed && this.#used.delete(used)) rest(used);
          else this.#end(used);
        },
        () => undefined,
      );
    });
  }

  async #take(): Promise<Plugin> {
    const environment = this.#environment();
    const text = JSON.stringify(environment);
    const plugin = [...idle].find((one) => one.environment === text) ?? (await start(environment, text));
    idle.delete(plugin);
    this.#used.add(plugin);
    hold(handlesOf(plugin), true);
    return plugin;
  }

  #end(plugin: Plugin): void {
    this.#used.delete(plugin);
    end(plugin);
  }
}

function rest(plugin: Plugin): void {
  hold(handlesOf(plugin), false);
  idle.add(plugin);
  const [oldest] = idle;
  if (idle.size > mostIdle && oldest !== undefined) end(oldest);
}

function end(plugin: Plugin): void {
  idle.delete(plugin);
  plugin.session.destroy();
  if (plugin.process.pid !== undefined) killGroup(plugin.process.pid);
}

/** The handles of an idle plugin, which must not keep this process alive. */
const handlesOf = ({ process: child, session }: Plugin): (object | null)[] => [
  child,
  child.stdin,
  child.stdout,
  session,
];

/** Ends the plugin when the process that has started it ends, however it does: the shell's standard input is closed then. */
const untilClosed = '"$0" <&- & cat > /dev/null; kill -9 $!';

async function start(environment: Record<string, string>, text: string): Promise<Plugin> {
  const program = join(pluginDirectory(installedAwsNativeVersion() ?? ""), "pulumi-resource-aws-native");
  const child = spawn("/bin/sh", ["-c", untilClosed, program], {
    env: environment,
    stdio: ["pipe", "pipe", "ignore"],
    // A process group of its own, which is killed as a whole.
    detached: true,
  });
  const session = connect(`http://127.0.0.1:${await portOf(child.stdout)}`).setMaxListeners(0);
  const plugin = { process: child, session, environment: text };
  session.on("error", () => undefined);
  session.once("close", () => {
    end(plugin);
  });
  return plugin;
}

/** The plugin's port, from the first line that it prints. */
function portOf(stdout: Readable): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = "";
    stdout.on("data", (data: Buffer) => {
      printed += data.toString();
      if (printed.includes("\n")) resolve(Number.parseInt(printed));
    });
    stdout.once("close", () => {
      reject(new Error("The plugin has not started."));
    });
  });
}

/** @param answered called at the end of the plugin's answer, also if the engine no longer waits for it */
function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  session: ClientHttp2Session,
  answered: () => void,
): void {
  const request = session.request(headers);
  let trailers: IncomingHttpHeaders = {};
  request.on("error", () => {
    stream.close();
  });
  stream.once("close", () => {
    request.close();
  });
  request.on("response", (answer, flags) => {
    // HTTP/2's END_STREAM: nothing follows these headers.
    const isAll = (flags & 1) === 1;
    if (isAll) answered();
    if (stream.destroyed) return;
    stream.respond(answer, { endStream: isAll, waitForTrailers: !isAll });
    if (!isAll) request.pipe(stream);
  });
  request.on("trailers", (last: IncomingHttpHeaders) => {
    trailers = last;
    answered();
  });
  stream.on("wantTrailers", () => {
    stream.sendTrailers(trailers);
  });
  stream.pipe(request);
}

/** Answers a gRPC call with one empty message. */
function answerNothing(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => {
    stream.sendTrailers({ "grpc-status": "0" });
  });
  stream.end(Buffer.alloc(5));
}

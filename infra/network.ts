import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { homedir } from "node:os";

import { Agent, type AgentConnectOpts } from "agent-base";

import { proxyAgent } from "./proxy.ts";

/** The agents of an AWS SDK client; without them, the client uses its own. */
interface Agents {
  httpAgent?: http.Agent;
  httpsAgent?: https.Agent;
}

/**
 * The `requestHandler` of an AWS SDK client, so that `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `AWS_CA_BUNDLE` mean what they mean to the
 * AWS CLI (AWS CLI User Guide, "Using an HTTP proxy"). The SDK itself ignores all of them.
 *
 * @param options the handler's other options, such as its time limits in milliseconds
 */
export function requestHandler<Options extends object>(options?: Options): Options & Agents {
  return { ...(options as Options), ...agents() };
}

let shared: Required<Agents> | undefined;
let configured: Promise<string> | undefined;

/** The agents for requests outside the AWS SDK. All clients share their connections. */
export function agents(): Required<Agents> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it makes its connections by one of https
  return (shared ??= { httpAgent: new EnvironmentAgent("http:"), httpsAgent: new EnvironmentAgent("https:") });
}

/** Whether the environment names a proxy. */
export function hasProxy(): boolean {
  return proxies().size > 0;
}

/** The certificate bundle that the environment or the AWS configuration names is not there, or cannot be read. */
export class CaBundleError extends Error {
  override readonly name = "CaBundleError";
  readonly remedy: string;

  constructor(bundle: string, cause: unknown) {
    const isVariable = process.env["AWS_CA_BUNDLE"] === bundle;
    const what = isVariable ? "AWS_CA_BUNDLE" : "ca_bundle in your AWS configuration";
    super(`${what} is ${bundle}, which cannot be read: ${(cause as Error).message}.`, { cause });
    this.remedy = isVariable ? "Correct AWS_CA_BUNDLE, or unset it." : "Correct ca_bundle, or take it out.";
  }
}

/**
 * The proxy for an address, found as Python's `urllib` does for the AWS CLI (Python Library Reference, "urllib.request.getproxies"): by the
 * scheme, a variable in small letters before one in capitals. It is undefined where `NO_PROXY` names the host, a domain that it is in,
 * either with its port, or `*`.
 */
export function proxyFor({
  protocol,
  hostname,
  port,
}: Pick<URL, "protocol" | "hostname" | "port">): string | undefined {
  const all = proxies();
  const proxy = all.get(protocol.replace(/:$/, ""));
  const exceptions = (all.get("no") ?? "").split(",").map((name) => name.trim().replace(/^\./, "").toLowerCase());
  if (proxy === undefined || exceptions.includes("*")) return undefined;
  const host = hostname.toLowerCase();
  const names = [host, ...(port === "" ? [] : [`${host}:${port}`])];
  const isExcepted = (name: string): boolean =>
    exceptions.some((exception) => exception !== "" && (name === exception || name.endsWith(`.${exception}`)));
  if (names.some(isExcepted)) return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

/**
 * Proxies by scheme, and `NO_PROXY` as `no`. Under CGI (`REQUEST_METHOD` is set) the client controls `HTTP_PROXY`, which is then ignored.
 */
function proxies(): Map<string, string> {
  const names = Object.keys(process.env)
    .filter((name) => /_proxy$/i.test(name) && !(name === "HTTP_PROXY" && process.env["REQUEST_METHOD"] !== undefined))
    // Variables in small letters come last, so that they override.
    .toSorted((one, other) => Number(one === one.toLowerCase()) - Number(other === other.toLowerCase()));
  const found = new Map<string, string>();
  for (const name of names) {
    const value = process.env[name] ?? "";
    const scheme = name.toLowerCase().replace(/_proxy$/, "");
    if (value === "") found.delete(scheme);
    else if (["http", "https", "no"].includes(scheme)) found.set(scheme, value);
  }
  if (!found.has("http") && !found.has("https")) found.delete("no");
  return found;
}

/**
 * The `ca_bundle` of the user's AWS files, which only the AWS CLI and the engine read by themselves; empty where there is none. It is taken
 * from the first profile that has one, in the order in which commands look for credentials.
 */
async function configuredBundle(): Promise<string> {
  const { parseKnownFiles } = await import("@smithy/shared-ini-file-loader");
  // A file that cannot be read is reported where credentials are read from it.
  const files = await parseKnownFiles({}).catch(() => undefined);
  const { AWS_PROFILE, AWS_DEFAULT_PROFILE } = process.env;
  const profiles = [AWS_PROFILE || AWS_DEFAULT_PROFILE || "default", "default", "auth", "dev"];
  return profiles.map((profile) => files?.[profile]?.["ca_bundle"]).find(Boolean) ?? "";
}

function certificatesIn(bundle: string): Buffer {
  try {
    return readFileSync(bundle.replace(/^~(?=\/)/, () => homedir()));
  } catch (error) {
    throw new CaBundleError(bundle, error);
  }
}

/**
 * An agent that reads the environment for each connection: one client's requests go to several hosts, and a profile may name the bundle.
 */
class EnvironmentAgent extends Agent {
  readonly #protocol: "http:" | "https:";
  readonly #agents = new Map<string, http.Agent>();

  constructor(protocol: "http:" | "https:") {
    super({ keepAlive: true });
    this.#protocol = protocol;
  }

  /** The method of agent-base would take the protocol from the call stack. */
  override isSecureEndpoint(): boolean {
    return this.#protocol === "https:";
  }

  /** @throws CaBundleError when the bundle cannot be read */
  async connect(_request: http.ClientRequest, { host, port }: AgentConnectOpts): Promise<http.Agent> {
    const protocol = this.#protocol;
    const proxy = proxyFor({ protocol, hostname: host ?? "", port: String(port) });
    const bundle =
      protocol === "https:" ? (process.env["AWS_CA_BUNDLE"] ?? (await (configured ??= configuredBundle()))) : "";
    const key = JSON.stringify([proxy, bundle]);
    const agent = this.#agents.get(key) ?? this.#agentFor(proxy, bundle);
    this.#agents.set(key, agent);
    return agent;
  }

  #agentFor(proxy: string | undefined, bundle: string): http.Agent {
    const protocol = this.#protocol;
    const options = { keepAlive: true, ...(bundle !== "" && { ca: certificatesIn(bundle) }) };
    if (proxy !== undefined) return proxyAgent(proxy, protocol, options);
    return protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  }
}

import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { homedir } from "node:os";

import { Agent, type AgentConnectOpts } from "agent-base";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";

/** How an AWS SDK client reaches AWS: by these agents, or by its own. */
interface Agents {
  httpAgent?: http.Agent;
  httpsAgent?: https.Agent;
}

/**
 * What an AWS SDK client's `requestHandler` is to be, so that `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `AWS_CA_BUNDLE` mean what
 * they mean to the AWS CLI (AWS CLI User Guide, "Using an HTTP proxy"). The SDK itself passes over all of them.
 *
 * @param options what else the handler is given, such as its time limits in milliseconds
 * @throws CaBundleError when the bundle cannot be read
 */
export function requestHandler<Options extends object>(options?: Options): Options & Agents {
  return { ...(options as Options), ...agents() };
}

/** By the bundle: clients share their connections. */
const agentsByBundle = new Map<string | undefined, EnvironmentAgent>();

/** The agents for requests of one's own; none where the environment names neither a proxy nor a bundle. */
export function agents(): Agents {
  const bundle = process.env["AWS_CA_BUNDLE"] || undefined;
  if (bundle === undefined && !hasProxy()) return {};
  const known = agentsByBundle.get(bundle);
  const agent =
    known ?? new EnvironmentAgent({ keepAlive: true, ...(bundle !== undefined && { ca: certificatesIn(bundle) }) });
  agentsByBundle.set(bundle, agent);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it serves both kinds of requests
  return { httpAgent: agent, httpsAgent: agent };
}

/** Whether the environment names a proxy. */
export function hasProxy(): boolean {
  return proxies().size > 0;
}

/** `AWS_CA_BUNDLE` names a file that is not there, or cannot be read. */
export class CaBundleError extends Error {
  override readonly name = "CaBundleError";
}

/**
 * The proxy for an address, as Python's `urllib` finds it, which the AWS CLI asks (Python Library Reference,
 * "urllib.request.getproxies"): by the scheme, the variable in small letters first, unless `NO_PROXY` names the host, a domain that it
 * is in, either with its port, or `*`.
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
  return /^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

/** The proxies that the environment names, by scheme, and the exceptions as `no`. Where a program is run by a web server, it chooses `HTTP_PROXY`. */
function proxies(): Map<string, string> {
  const named = Object.entries(process.env)
    .filter(
      ([name]) => /_proxy$/i.test(name) && !(name === "HTTP_PROXY" && process.env["REQUEST_METHOD"] !== undefined),
    )
    // Those in small letters come last, and count.
    .toSorted(([one], [other]) => Number(one === one.toLowerCase()) - Number(other === other.toLowerCase()));
  const found = new Map<string, string>();
  for (const [name, value = ""] of named) {
    const scheme = name.toLowerCase().replace(/_proxy$/, "");
    if (value === "") found.delete(scheme);
    else if (["http", "https", "no"].includes(scheme)) found.set(scheme, value);
  }
  if (!found.has("http") && !found.has("https")) found.delete("no");
  return found;
}

function certificatesIn(bundle: string): Buffer {
  try {
    return readFileSync(bundle.replace(/^~(?=\/)/, () => homedir()));
  } catch (error) {
    throw new CaBundleError(`AWS_CA_BUNDLE is ${bundle}, which cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** Asks the environment anew for each host: requests of one client go to several. */
class EnvironmentAgent extends Agent {
  readonly #options: https.AgentOptions;
  readonly #direct: { http: http.Agent; https: https.Agent };
  readonly #byProxy = new Map<string, http.Agent>();

  constructor(options: https.AgentOptions) {
    super(options);
    this.#options = options;
    this.#direct = { http: new http.Agent(options), https: new https.Agent(options) };
  }

  connect(_request: http.ClientRequest, { secureEndpoint, host, port }: AgentConnectOpts): http.Agent {
    const protocol = secureEndpoint ? "https:" : "http:";
    const proxy = proxyFor({ protocol, hostname: host ?? "", port: String(port) });
    if (proxy === undefined) return secureEndpoint ? this.#direct.https : this.#direct.http;
    const key = `${protocol}${proxy}`;
    const agent =
      this.#byProxy.get(key) ??
      (secureEndpoint ? new HttpsProxyAgent(proxy, this.#options) : new HttpProxyAgent(proxy, this.#options));
    this.#byProxy.set(key, agent);
    return agent;
  }
}

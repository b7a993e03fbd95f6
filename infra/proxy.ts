import type { ClientRequest } from "node:http";
import type { AgentOptions } from "node:https";
import type { Socket } from "node:net";

import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";

/** Milliseconds that a proxy has to answer, where the request has no shorter limit. */
const patience = 30_000;

/** A request failed because of a proxy. The message never has the proxy's user name or password. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly remedy: string;
  /** The AWS SDK retries an error that has this property. */
  readonly $retryable?: { throttling: false };

  constructor(message: string, remedy: string, options: { cause?: unknown; mayPass?: boolean } = {}) {
    super(message, options);
    this.remedy = remedy;
    if (options.mayPass === true) this.$retryable = { throttling: false };
  }
}

/** A proxy that a variable names, and the headers of requests to it. */
interface Proxy {
  variable: string;
  /** The address without user name and password. */
  url: URL;
  headers: Record<string, string>;
}

/** An agent that connects through a proxy. @param named the proxy's address, from the variable of the requests' scheme */
export function proxyAgent(
  named: string,
  protocol: "http:" | "https:",
  options: AgentOptions,
): HttpsProxyAgent<string> | HttpProxyAgent<string> {
  const proxy = read(named, protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  return protocol === "https:" ? new Tunnel(proxy, options) : new PlainProxy(proxy, options);
}

/** @throws ProxyError when the text is no address of an HTTP proxy */
function read(named: string, variable: string): Proxy {
  const url = /^https?:\/\//i.test(named) && URL.canParse(named) ? new URL(named) : undefined;
  if (url === undefined) {
    throw new ProxyError(
      `${variable} does not name an HTTP proxy.`,
      `Write it as http://HOST:PORT or http://NAME:PASSWORD@HOST:PORT, with %23 for # and %2F for / in the password, or unset ${variable}.`,
    );
  }
  const { username, password } = url;
  const pair = Buffer.from(`${decodedUserinfo(username)}:${decodedUserinfo(password)}`).toString("base64");
  [url.username, url.password] = ["", ""];
  return {
    variable,
    url,
    headers: username === "" && password === "" ? {} : { "Proxy-Authorization": `Basic ${pair}` },
  };
}

/** Text that is no valid percent-encoding stands for itself, as for the AWS CLI (Python Library Reference, "urllib.parse.unquote"). */
function decodedUserinfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
}

/**
 * Plain HTTP requests: the proxy's refusals arrive as the responses. Connections are not reused, since the library writes the absolute
 * address and the credentials for a new connection only, once a request has been written.
 */
class PlainProxy extends HttpProxyAgent<string> {
  readonly #proxy: Proxy;

  constructor(proxy: Proxy, options: AgentOptions) {
    super(proxy.url, { ...options, keepAlive: false, headers: proxy.headers });
    this.#proxy = proxy;
  }

  override async connect(...[request, options]: Parameters<HttpProxyAgent<string>["connect"]>): Promise<Socket> {
    try {
      return await super.connect(request, options);
    } catch (error) {
      throw unreachable(this.#proxy, error);
    }
  }
}

/** HTTPS requests, by CONNECT. */
class Tunnel extends HttpsProxyAgent<string> {
  readonly #proxy: Proxy;
  readonly #ca: AgentOptions["ca"];

  constructor(proxy: Proxy, options: AgentOptions) {
    super(proxy.url, { ...options, headers: proxy.headers });
    this.#proxy = proxy;
    this.#ca = options.ca;
  }

  override async connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>["connect"]>[1],
  ): Promise<Socket> {
    const answers: Answer[] = [];
    const noteAnswer = (answer: Answer): number => answers.push(answer);
    request.once("proxyConnect", noteAnswer);
    const abandoned = new AbortController();
    const began = Date.now();
    // A request that is given up before it has a connection emits no event here; the pending connection would keep the process alive.
    const watch = setInterval(() => {
      if (request.destroyed || Date.now() - began > patience) abandoned.abort();
    }, 100);
    this.connectOpts = Object.assign({}, this.connectOpts, { signal: abandoned.signal });
    let socket: Socket;
    try {
      // The target's certificate is verified with the same CA bundle as the proxy's.
      socket = await super.connect(request, Object.assign({}, options, this.#ca !== undefined && { ca: this.#ca }));
    } catch (error) {
      throw unreachable(this.#proxy, error);
    } finally {
      clearInterval(watch);
      request.off("proxyConnect", noteAnswer);
    }
    const [answer] = answers;
    if (answer === undefined || answer.statusCode === 200) return socket;
    socket.destroy();
    throw refusal(this.#proxy, answer, `${options.host ?? ""}:${options.port}`);
  }
}

/** What a proxy answers to CONNECT. */
interface Answer {
  statusCode: number;
  statusText: string;
  headers: Record<string, string | string[] | undefined>;
}

function refusal({ variable, url, headers }: Proxy, answer: Answer, to: string): ProxyError {
  const said = `${answer.statusCode} ${answer.statusText}`.trim();
  if (answer.statusCode === 407) {
    const wayIn = [answer.headers["proxy-authenticate"] ?? []].flat().map((one) => one.split(/[\s,]/)[0] ?? "");
    if (wayIn.length > 0 && !wayIn.some((one) => /^basic$/i.test(one))) {
      return new ProxyError(
        `The proxy ${url.host} wants to know who you are by ${wayIn.join(" or ")}, which the AWS CLI does not know either (${said}).`,
        `Have a proxy of this machine sign in there, such as px or cntlm, and name that one in ${variable}.`,
      );
    }
    return new ProxyError(
      "Proxy-Authorization" in headers
        ? `The proxy ${url.host} does not take the name and the password in ${variable} (${said}).`
        : `The proxy ${url.host} wants a name and a password (${said}).`,
      `Write them into ${variable} as ${url.protocol}//NAME:PASSWORD@${url.host}, with %40 for @, %23 for # and %2F for / in them.`,
    );
  }
  return answer.statusCode >= 500
    ? new ProxyError(
        `The proxy ${url.host} does not reach ${to} (${said}).`,
        `Run the command again in some minutes; else look at AWS_ENDPOINT_URL and at ${variable}.`,
        { mayPass: true },
      )
    : new ProxyError(
        `The proxy ${url.host} does not let you reach ${to} (${said}).`,
        `Have this address allowed there, or name another proxy in ${variable}; NO_PROXY names what is reached without one.`,
      );
}

function unreachable({ variable, url }: Proxy, error: unknown): ProxyError {
  const { message, code, name } = error as NodeJS.ErrnoException;
  const reason = name === "AbortError" ? "it does not answer" : message.trim().replace(/\.$/, "") || code;
  return new ProxyError(
    `The proxy ${url.host} could not be reached: ${reason}.`,
    /^(EPROTO|ERR_TLS|ERR_SSL)|CERT|SIGNED/.test(code ?? "")
      ? `Name its certificate in AWS_CA_BUNDLE; if it takes connections in the clear, as most do, write http:// in ${variable}.`
      : `Correct ${variable} or unset it, or check the network.`,
    // The SDK decides by the cause's code whether to retry.
    { cause: error },
  );
}

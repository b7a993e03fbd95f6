import { expect } from "chai";
import { get } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

import { proxyAgent, ProxyError } from "../../infra/proxy.ts";

describe("a proxy in the way", () => {
  let server: Server;
  let answer: string | undefined;
  const sockets: Socket[] = [];

  before(async () => {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.once("data", () => {
        if (answer === undefined) socket.destroy();
        else if (answer !== "") socket.end(`HTTP/1.1 ${answer}\r\n\r\n`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const port = (): number => (server.address() as AddressInfo).port;

  /** The outcome of a request to AWS. */
  function ask(named: string, signal?: AbortSignal): Promise<Error> {
    return new Promise((resolve, reject) => {
      const agent = proxyAgent(named, "https:", {});
      get("https://sts.amazonaws.com", { agent, signal }, () => {
        reject(new Error("answered"));
      }).on("error", resolve);
    });
  }

  const cases: [what: string, answer: string | undefined, says: RegExp, mayPass?: true][] = [
    [
      "a wrong password",
      "407 No\r\nProxy-Authenticate: Basic realm=x",
      /does not take the name and the password in HTTPS/,
    ],
    [
      "a way to sign in that is not ours",
      "407 No\r\nProxy-Authenticate: NTLM",
      /who you are by NTLM, which the AWS CLI/,
    ],
    [
      "an address that is not allowed",
      "403 Forbidden",
      /does not let you reach sts\.amazonaws\.com:443 \(403 Forbidden\)/,
    ],
    ["a network behind it that fails", "502 Bad Gateway", /does not reach sts\.amazonaws\.com:443 \(502/, true],
    ["a connection that is cut", undefined, /could not be reached: Proxy connection ended/],
  ];
  for (const [what, given, says, mayPass] of cases) {
    it(`${what} is told, without the password`, async () => {
      answer = given;
      const error = await ask(`http://user:s%40cret@127.0.0.1:${port()}`);
      if (!(error instanceof ProxyError)) throw error;
      expect(error.message).to.match(says);
      expect(`${error.message} ${error.remedy} ${error.stack ?? ""}`).not.to.match(/s(%40|@)cret/);
      expect(error.$retryable !== undefined).to.equal(mayPass === true);
    });
  }

  it("what is no address of a proxy is told, without what it is", () => {
    for (const named of ["http://u:s@cret@h:port", "http://u:s#cret@h:1", "socks5://u:s@cret@h:1"]) {
      expect(() => proxyAgent(named, "https:", {}), named)
        .to.throw(ProxyError, "HTTPS_PROXY does not name an HTTP proxy.")
        .and.not.have.property("input");
    }
  });

  it("a connection to one that does not answer goes with the request", async () => {
    answer = "";
    const abort = new AbortController();
    const asked = ask(`http://127.0.0.1:${port()}`, abort.signal);
    const from = sockets.length;
    while (sockets.length === from) await new Promise((resolve) => setTimeout(resolve, 10));
    const closed = new Promise((resolve) => sockets.at(-1)?.once("close", resolve));
    abort.abort();
    await closed;
    expect(await asked).to.be.instanceOf(Error);
  });
});

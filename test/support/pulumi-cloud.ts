import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

/** What Pulumi calls an untyped deployment: a state with the version of its format. */
interface Deployment {
  version: number;
  deployment?: { resources?: unknown[] } | null | undefined;
}

interface Update {
  id: string;
  isPreview: boolean;
  token: string;
  status: "running" | "succeeded" | "failed" | "cancelled";
  /** The request body by which the CLI has begun the update. */
  told: Body;
}

interface ServiceStack {
  state: Deployment;
  version: number;
  key: Buffer;
  tags: Record<string, string>;
  /** The update in progress: only one may change the stack. */
  active: Update | undefined;
  /** The latest first. */
  history: Body[];
}

type Answer = [status: number, body: unknown];
type Body = Record<string, unknown>;

const fail = (code: number, message: string): Answer => [code, { code, message }];
const done: Answer = [200, {}];

/**
 * The part of Pulumi Cloud's REST API that the Pulumi CLI needs for stacks, on 127.0.0.1 and in memory: users, stacks, secrets, updates and
 * their leases. It follows the client in Pulumi's own source (pkg/backend/httpstate/client). It reports no capabilities, so the CLI sends
 * whole checkpoints.
 */
export class PulumiCloud {
  readonly url: string;
  readonly token: string;
  /** Other users by token: the login's name, and the default organization. Everybody belongs to both organizations. */
  readonly #people = new Map<string, { login: string; byDefault: string }>();
  /** Every call so far: "POST /api/stacks/acme". */
  readonly calls: string[] = [];
  readonly #server: Server;
  /** The directory in which the Pulumi CLI keeps its logins. */
  readonly #credentials = mkdtempSync(join(tmpdir(), "mfa-admin-cli-"));
  readonly #stacks = new Map<string, ServiceStack>();
  readonly #updates = new Map<string, Update>();
  #held: { calls: RegExp; waiting: (() => void)[] } | undefined;
  #broken: RegExp | undefined;

  private constructor(server: Server, token: string) {
    this.#server = server;
    this.token = token;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request: IncomingMessage, response) => {
      const { method = "", url = "", headers } = request;
      const call = `${method} ${url}`;
      this.calls.push(call);
      void (async () => {
        const bytes = await buffer(request);
        const text = (headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString();
        const held = this.#held;
        if (held?.calls.test(call) === true) await new Promise<void>((resolve) => held.waiting.push(resolve));
        const [status, body] =
          this.#broken?.test(call) === true
            ? fail(400, "Bad Request: the stand-in was told to refuse this.")
            : this.#tryAnswer(method, url, headers.authorization ?? "", text);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      })();
    });
  }

  static async start(token = `pul-${randomBytes(20).toString("hex")}`): Promise<PulumiCloud> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new PulumiCloud(server, token);
  }

  /** The environment that logs the Pulumi CLI in, beside the sandbox's own. It has no passphrase: the service keeps the secrets. */
  environment(): Record<string, string | undefined> {
    return {
      PULUMI_ACCESS_TOKEN: this.token,
      PULUMI_CREDENTIALS_PATH: this.#credentials,
      PULUMI_CONFIG_PASSPHRASE: undefined,
    };
  }

  /** The environment of another user, with a default organization of their own. */
  person(login: string, byDefault: string): Record<string, string | undefined> {
    const token = `pul-${randomBytes(20).toString("hex")}`;
    this.#people.set(token, { login, byDefault });
    return { ...this.environment(), PULUMI_ACCESS_TOKEN: token };
  }

  /** Holds such calls back, until the returned `release` is called. */
  hold(calls: RegExp): { release(): void; isWaiting(): boolean } {
    const held = { calls, waiting: [] as (() => void)[] };
    this.#held = held;
    return {
      release: () => {
        this.#held = undefined;
        for (const go of held.waiting) go();
      },
      isWaiting: () => held.waiting.length > 0,
    };
  }

  /** Refuses such calls from now on, or none when left out. */
  refuse(calls?: RegExp): void {
    this.#broken = calls;
  }

  /** Saves the stacks. @returns a function that restores them, and forgets the calls since */
  save(): () => void {
    // A shallow copy is enough: a stack's properties are replaced, never modified.
    const stacks = [...this.#stacks].map(([name, stack]) => [name, { ...stack }] as const);
    return () => {
      this.#stacks.clear();
      for (const [name, stack] of stacks) this.#stacks.set(name, { ...stack });
      this.calls.length = 0;
    };
  }

  /** Ends the leases of updates, as the service does minutes after a run has died. */
  expireLeases(): void {
    for (const stack of this.#stacks.values()) {
      if (stack.active !== undefined) stack.active.status = "failed";
      stack.active = undefined;
    }
  }

  /** The number of resources of each stack, by its name. Names in another organization than acme begin with the organization. */
  stacks(): Record<string, number> {
    return Object.fromEntries(
      [...this.#stacks].map(([name, { state }]) => [name, state.deployment?.resources?.length ?? 0]),
    );
  }

  /** Everything that the service stores of a stack's state, as text. */
  stored(name: string): string {
    return JSON.stringify(this.#stacks.get(name)?.state);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#credentials, { recursive: true, force: true });
  }

  #tryAnswer(method: string, url: string, authorization: string, text: string): Answer {
    try {
      const body = (text === "" ? {} : JSON.parse(text)) as Body;
      return this.#answer(method, new URL(url, this.url), authorization, body);
    } catch (error) {
      return fail(500, `Internal Server Error: ${(error as Error).message}`);
    }
  }

  #answer(method: string, { pathname, searchParams }: URL, authorization: string, body: Body): Answer {
    if (pathname === "/api/capabilities") return [200, { capabilities: [] }];
    if (pathname === "/api/cli/version") return [200, { latestVersion: "v0.0.1", oldestWithoutWarning: "v0.0.1" }];
    const [scheme, token = ""] = authorization.split(" ");
    const person = token === this.token ? { login: "acme", byDefault: "acme" } : this.#people.get(token);
    if (scheme === "update-token" ? !this.#hasLease(token) : person === undefined) {
      return fail(401, "Unauthorized: No credentials provided or are invalid.");
    }
    if (pathname === "/api/user") {
      const organizations = organizationNames.map((name) => ({ githubLogin: name, name }));
      return [200, { id: "1", githubLogin: person?.login, name: person?.login, organizations }];
    }
    if (pathname === "/api/user/organizations/default") return [200, { gitHubLogin: person?.byDefault }];
    if (pathname === "/api/user/stacks") {
      // The service shows an update in progress by a time of 0.
      const stacks = [...this.#stacks].map(([name, { active }]) => ({
        ...identity(name),
        lastUpdate: active === undefined ? 1_700_000_000 : 0,
      }));
      const wanted = searchParams.get("organization");
      const isWanted = ({ projectName, orgName }: { projectName: string; orgName: string }): boolean =>
        projectName === searchParams.get("project") && (wanted === null || wanted === orgName);
      return [200, { stacks: stacks.filter(isWanted) }];
    }
    const [organization = "", project = "", name = "", ...rest] = pathname.replace("/api/stacks/", "").split("/");
    if (!pathname.startsWith("/api/stacks/") || !organizationNames.includes(organization))
      return fail(404, "Not Found");
    const inOrganization = organization === "acme" ? project : `${organization}/${project}`;
    if (name === "") return this.#answerProject(method, inOrganization, body);
    const id = `${inOrganization}/${name}`;
    const stack = this.#stacks.get(id);
    if (stack === undefined) return fail(404, "Not Found: Stack not found");
    return this.#answerStack(method, id, stack, rest, { ...body, force: searchParams.get("force") });
  }

  #answerProject(method: string, project: string, { stackName, state }: Body): Answer {
    const names = [...this.#stacks.keys()];
    if (method === "HEAD") {
      return names.some((name) => name.startsWith(`${project}/`)) ? done : fail(404, "Not Found");
    }
    const id = `${project}/${String(stackName)}`;
    if (this.#stacks.has(id)) return fail(409, "Conflict: A stack with this name already exists.");
    const empty: Deployment = { version: 3, deployment: { resources: [] } };
    this.#stacks.set(id, {
      state: (state as Deployment | undefined) ?? empty,
      version: 0,
      key: randomBytes(32),
      tags: {},
      active: undefined,
      history: [],
    });
    return done;
  }

  #answerStack(method: string, id: string, stack: ServiceStack, [what, ...rest]: string[], body: Body): Answer {
    const { version, tags, active } = stack;
    switch (what) {
      case undefined:
        if (method === "GET") return [200, { ...identity(id), version, tags, activeUpdate: active?.id ?? "" }];
        if (body["force"] !== "true" && (stack.state.deployment?.resources?.length ?? 0) > 0) {
          return fail(400, "Bad Request: Stack still contains resources.");
        }
        this.#stacks.delete(id);
        return [204, {}];
      case "export":
        return [200, stack.state];
      case "import":
        stack.state = { version: Number(body["version"]), deployment: body["deployment"] as Deployment["deployment"] };
        stack.version++;
        return [200, { updateId: this.#newUpdate(false, "succeeded").id }];
      case "encrypt":
        return [200, { ciphertext: seal(stack.key, body["plaintext"]) }];
      case "batch-encrypt":
        return [200, { ciphertexts: (body["plaintexts"] as string[]).map((text) => seal(stack.key, text)) }];
      case "decrypt":
        // This call only notes in the audit log that secrets of another provider were decrypted.
        if (rest.length > 0) return done;
        return [200, { plaintext: open(stack.key, body["ciphertext"]) }];
      case "batch-decrypt": {
        const texts = body["ciphertexts"] as string[];
        return [200, { plaintexts: Object.fromEntries(texts.map((text) => [text, open(stack.key, text)])) }];
      }
      case "rename": {
        const { orgName, projectName } = identity(id);
        const project = (body["newProject"] as string) || projectName;
        const renamed = [...(orgName === "acme" ? [] : [orgName]), project, body["newName"]].join("/");
        this.#stacks.delete(id);
        this.#stacks.set(renamed, stack);
        return done;
      }
      case "tags":
        stack.tags = body as Record<string, string>;
        return done;
      case "updates":
        return [200, { updates: stack.history }];
      case "update":
      case "preview":
      case "refresh":
      case "destroy":
        return this.#answerUpdate(method, stack, what, rest, body);
      default:
        return fail(404, "Not Found");
    }
  }

  #answerUpdate(method: string, stack: ServiceStack, kind: string, [id, what]: string[], body: Body): Answer {
    if (id === undefined) {
      const { options, metadata, config } = body as Record<string, Body>;
      const told = { kind, startTime: Math.floor(Date.now() / 1000), config, ...metadata };
      const isPreview = kind === "preview" || options?.["dryRun"] === true;
      return [200, { updateID: this.#newUpdate(isPreview, "running", told).id }];
    }
    const update = this.#updates.get(id);
    if (update === undefined) return fail(404, "Not Found: Update not found");
    switch (what) {
      case undefined:
        if (method === "GET") return [200, { status: update.status, events: [] }];
        if (!update.isPreview) {
          if (stack.active !== undefined) return fail(409, "Conflict: Another update is currently in progress.");
          stack.active = update;
          stack.version++;
        }
        return [200, { version: stack.version, token: update.token, tokenExpiration: expiration() }];
      case "renew_lease":
        return [200, { token: update.token, tokenExpiration: expiration() }];
      case "checkpoint":
        stack.state = { version: Number(body["version"]), deployment: body["deployment"] as Deployment["deployment"] };
        return done;
      case "complete":
      case "cancel":
        update.status = what === "cancel" ? "cancelled" : (body["status"] as Update["status"]);
        if (stack.active === update) stack.active = undefined;
        if (!update.isPreview) stack.history = [{ ...update.told, result: update.status }, ...stack.history];
        return done;
      case "events":
        return done;
      default:
        return fail(404, "Not Found");
    }
  }

  #newUpdate(isPreview: boolean, status: Update["status"] = "running", told: Body = {}): Update {
    const update: Update = { id: randomUUID(), isPreview, token: randomUUID(), status, told };
    this.#updates.set(update.id, update);
    return update;
  }

  #hasLease(token: string): boolean {
    return [...this.#updates.values()].some((update) => update.token === token && update.status === "running");
  }
}

const organizationNames = ["acme", "globex"];

function identity(id: string) {
  const [stackName = "", projectName = "", orgName = "acme"] = id.split("/").reverse();
  return { id, orgName, projectName, stackName };
}

const expiration = (): number => Math.floor(Date.now() / 1000) + 300;

/** Encrypts a text. Both texts are in Base64, as Pulumi writes bytes into JSON. */
function seal(key: Buffer, plaintext: unknown): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(Buffer.from(String(plaintext), "base64")), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
}

function open(key: Buffer, ciphertext: unknown): string {
  const bytes = Buffer.from(String(ciphertext), "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("base64");
}

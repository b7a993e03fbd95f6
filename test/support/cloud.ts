import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";

import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";

import { motoServer } from "../../toolchain/moto.js";
import { isolatedEnvironment } from "./environment.ts";
import { type NeededRight, neededRights } from "./cloud-requests.ts";

/** S3 and KMS on 127.0.0.1, by moto's server: the sandbox has neither. */
export class StateCloud {
  readonly endpoint: string;
  readonly s3: S3Client;
  readonly kms: KMSClient;
  /** The permissions that the requests so far have needed. */
  readonly needed: NeededRight[] = [];
  readonly #server: ChildProcess;

  readonly #gate: Server;
  #held: { keys: RegExp; waiting: (() => void)[] } | undefined;

  private constructor(server: ChildProcess, moto: URL, gate: Server) {
    this.#server = server;
    this.#gate = gate;
    // For a test that fails before it calls close().
    process.once("exit", () => server.kill());
    gate.on("request", (incoming, outgoing) => {
      const { method = "", url = "", headers } = incoming;
      this.needed.push(...neededRights(incoming));
      const pass = (): void => {
        const onward = request({ host: moto.hostname, port: moto.port, method, path: url, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        });
        // The client was killed, or moto was stopped.
        onward.on("error", () => outgoing.destroy());
        incoming.on("error", () => onward.destroy());
        incoming.pipe(onward);
      };
      if (method === "PUT" && this.#held?.keys.test(url) === true) this.#held.waiting.push(pass);
      else pass();
    });
    this.endpoint = `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "moto", secretAccessKey: "moto" };
    const configuration = { endpoint: this.endpoint, region: "us-east-1", credentials };
    this.s3 = new S3Client({ ...configuration, forcePathStyle: true });
    this.kms = new KMSClient(configuration);
  }

  static async start(): Promise<StateCloud> {
    const env = isolatedEnvironment();
    const server = spawn(motoServer(), ["-H", "127.0.0.1", "-p", "0"], { env, stdio: ["ignore", "ignore", "pipe"] });
    const moto = await new Promise<string>((resolve, reject) => {
      server.once("exit", (status) => {
        reject(new Error(`moto's server ended with ${status ?? "a signal"}`));
      });
      createInterface({ input: server.stderr }).on("line", (line) => {
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
        if (url !== undefined) resolve(url);
      });
    });
    const gate = createServer().listen(0, "127.0.0.1");
    await once(gate, "listening");
    return new StateCloud(server, new URL(moto), gate);
  }

  /** Holds back writes to matching keys until it is released. A further call replaces this one. */
  hold(keys: RegExp): { release(): void; isWaiting(): boolean } {
    const held = { keys, waiting: [] as (() => void)[] };
    this.#held = held;
    return {
      release: () => {
        if (this.#held === held) this.#held = undefined;
        for (const pass of held.waiting) pass();
      },
      isWaiting: () => held.waiting.length > 0,
    };
  }

  /** The environment with these endpoints of S3 and KMS, beside the sandbox's own. */
  environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL_S3: this.endpoint, AWS_ENDPOINT_URL_KMS: this.endpoint };
  }

  /** Makes a bucket with versioning. Returns the URL of a backend in it. */
  async bucket(name: string): Promise<string> {
    await this.s3.send(new CreateBucketCommand({ Bucket: name }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await this.s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
    return this.urlOf(name);
  }

  /** The backend's URL of a bucket: moto serves buckets by path, not by host name. */
  urlOf(bucket: string, region = "us-east-1"): string {
    return `s3://${bucket}?region=${region}&s3ForcePathStyle=true`;
  }

  /** Makes a KMS key. Returns its URL as a secrets provider. */
  async key(alias: string): Promise<string> {
    const { KeyMetadata } = await this.kms.send(new CreateKeyCommand({}));
    await this.kms.send(new CreateAliasCommand({ AliasName: `alias/${alias}`, TargetKeyId: KeyMetadata?.KeyId }));
    return `awskms:///alias/${alias}?region=us-east-1`;
  }

  async keys(bucket: string): Promise<string[]> {
    const { Contents } = await this.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    return (Contents ?? []).map(({ Key = "" }) => Key);
  }

  async read(bucket: string, key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? "";
  }

  async write(bucket: string, key: string, text: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
  }

  close(): void {
    this.#server.removeAllListeners("exit");
    this.#server.kill();
    this.#gate.close();
    this.#gate.closeAllConnections();
  }
}

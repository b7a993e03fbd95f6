import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** The `--secrets-provider` of tests, by which the service here keeps a stack's secrets. */
export const keyOfTests = "awskms://alias/mfa-admin-tests?region=eu-central-1";

let endpoint: Promise<string> | undefined;

/**
 * The part of AWS KMS that the engine needs for a stack's secrets: Encrypt and Decrypt. Deriving a key from a passphrase would take the
 * engine a fifth of a second in each of a thousand runs, whose results do not depend on the secrets provider. Tests about the passphrase
 * use one, and tests about KMS use moto's.
 *
 * @returns the address on 127.0.0.1, the same for the whole process
 */
export function keyService(): Promise<string> {
  return (endpoint ??= start());
}

async function start(): Promise<string> {
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer(String(request.headers["x-amz-target"]), body)));
    });
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Encrypts and decrypts without a key of its own: another process must be able to decrypt, since tests share stacks that one has made. */
function answer(target: string, body: string): object {
  const { Plaintext = "", CiphertextBlob = "" } = JSON.parse(body) as { Plaintext?: string; CiphertextBlob?: string };
  const KeyId = "arn:aws:kms:eu-central-1:111111111111:key/00000000-0000-4000-8000-000000000000";
  const turned = (text: string): string =>
    Buffer.from(Buffer.from(text, "base64").map((byte) => byte ^ 0xff)).toString("base64");
  return target === "TrentService.Encrypt"
    ? { KeyId, CiphertextBlob: turned(Plaintext) }
    : { KeyId, Plaintext: turned(CiphertextBlob) };
}

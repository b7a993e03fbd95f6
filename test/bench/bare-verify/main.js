/**
 * The calls of a verification by the SDK, with as many at a time as mfa-admin makes. The argument names a JSON file with the calls and their
 * inputs. The answers are not evaluated.
 */
import { readFileSync } from "node:fs";

import * as iam from "@aws-sdk/client-iam";
import * as organizations from "@aws-sdk/client-organizations";
import * as sts from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

/** @typedef {import("../verify.ts").BareCall} BareCall */
/** @type {{ management: string, accessRole: string, calls: BareCall[] }} */
// eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- written by verify.ts
const { management, accessRole, calls } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const region = "us-east-1";
const services = { iam, sts, organizations };
/** @type {Map<string, { send: (command: object) => Promise<unknown> }>} */
const clients = new Map();

/** @type {(call: BareCall) => { send: (command: object) => Promise<unknown> }} */
function clientFor({ service, accountId }) {
  const key = `${service} ${accountId}`;
  const known = clients.get(key);
  if (known !== undefined) return known;
  const params = { RoleArn: `arn:aws:iam::${accountId}:role/${accessRole}`, RoleSessionName: "mfa-admin" };
  const credentials = accountId === management ? {} : { credentials: fromTemporaryCredentials({ params }) };
  const { IAMClient } = iam;
  const { STSClient } = sts;
  const { OrganizationsClient } = organizations;
  const Client = { iam: IAMClient, sts: STSClient, organizations: OrganizationsClient }[service];
  const client = /** @type {{ send: (command: object) => Promise<unknown> }} */ (
    /** @type {unknown} */ (new Client({ region, ...credentials }))
  );
  clients.set(key, client);
  return client;
}

/** @type {(own: BareCall[], atOnce: number) => Promise<void>} */
async function make(own, atOnce) {
  const left = own.values();
  const work = async () => {
    for (const call of left) {
      const commands = /** @type {Record<string, new (input: object) => object>} */ (
        /** @type {unknown} */ (services[call.service])
      );
      const Command = commands[`${call.action}Command`];
      if (Command === undefined) throw new Error(`The SDK has no ${call.action}.`);
      await clientFor(call).send(new Command(call.input));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** @type {(...actions: string[]) => BareCall[]} */
const of = (...actions) => calls.filter(({ action }) => actions.includes(action));
await make(of("GetCallerIdentity"), 1);
const simulated = of("SimulateCustomPolicy");
await Promise.all([
  make(
    calls.filter(({ service }) => service === "organizations"),
    2,
  ),
  make(
    calls.filter((call) => call.service === "iam" && !simulated.includes(call)),
    8,
  ),
]);
await make(simulated, 4);

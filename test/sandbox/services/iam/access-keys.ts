import { limitExceeded, noSuchEntity } from "../../errors.ts";
import type { AccessKey, User } from "../../model/entities.ts";
import type { Output } from "../../protocols/protocol.ts";
import { iamPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { userArn, userNamedOrCalling } from "./lookup.ts";

const KEYS_PER_USER = 2;

/** Actions on access keys: those of users, and those that an account's root user makes for itself. */
export const accessKeyOperations: Operations = {
  CreateAccessKey: {
    on: userArn,
    run(call) {
      if (isRootForItself(call)) return createRootKey(call);
      const user = userNamedOrCalling(call);
      if (user.accessKeys.length >= KEYS_PER_USER) throw tooManyKeys();
      const key = call.aws.credentials.createKey(call.caller.accountId, user, call.now);
      return { AccessKey: { ...showKey(user, key), SecretAccessKey: key.secretAccessKey } };
    },
  },
  ListAccessKeys: {
    on: userArn,
    run(call) {
      const user = userNamedOrCalling(call);
      const { page, more } = iamPage(call, user.accessKeys);
      return { AccessKeyMetadata: page.map((key) => showKey(user, key)), ...more };
    },
  },
  UpdateAccessKey: {
    on: userArn,
    run(call) {
      const key = keyNamed(call, userNamedOrCalling(call));
      key.status = call.input.matching("Status", /^(Active|Inactive)$/) === "Active" ? "Active" : "Inactive";
      return {};
    },
  },
  DeleteAccessKey: {
    on: userArn,
    run(call) {
      const user = userNamedOrCalling(call);
      call.aws.credentials.deleteKey(user, keyNamed(call, user));
      return {};
    },
  },
  GetAccessKeyLastUsed: {
    on: (call) => ownerOf(call)?.user?.arn ?? call.account.arn("user/"),
    run(call) {
      const owner = ownerOf(call);
      if (owner?.user === undefined) {
        throw noSuchEntity(`The Access Key with id ${call.input.string("AccessKeyId")} cannot be found.`);
      }
      const used = owner.key.lastUsed;
      return {
        UserName: owner.user.name,
        AccessKeyLastUsed:
          used === undefined
            ? { ServiceName: "N/A", Region: "N/A" }
            : { LastUsedDate: used.date, ServiceName: used.service, Region: used.region },
      };
    },
  },
};

/** Whether the root user acts on its own keys: without a UserName the caller is meant. */
const isRootForItself = ({ caller, input }: Call): boolean =>
  caller.type === "Account" && input.optional("UserName") === undefined;

function createRootKey({ aws, caller, now }: Call): Output {
  if (aws.credentials.rootKeys(caller.accountId).length >= KEYS_PER_USER) throw tooManyKeys();
  const { accessKeyId, secretAccessKey, status } = aws.credentials.createRootKey(caller.accountId, now);
  return {
    AccessKey: { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Status: status, CreateDate: now },
  };
}

const tooManyKeys = () => limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}`);

const showKey = (user: User, key: AccessKey) => ({
  UserName: user.name,
  AccessKeyId: key.accessKeyId,
  Status: key.status,
  CreateDate: key.created,
});

function keyNamed(call: Call, user: User): AccessKey {
  const id = call.input.string("AccessKeyId");
  const key = user.accessKeys.find((candidate) => candidate.accessKeyId === id);
  if (key === undefined) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  return key;
}

function ownerOf(call: Call) {
  const owner = call.aws.credentials.key(call.input.string("AccessKeyId"));
  return owner?.accountId === call.caller.accountId ? owner : undefined;
}

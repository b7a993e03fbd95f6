import { noSuchEntity } from "../../errors.ts";
import type { OtherCredential, User } from "../../model/entities.ts";
import { uniqueId, type IdPrefix } from "../../model/identifiers.ts";
import type { Output } from "../../protocols/protocol.ts";
import type { Call, Operations } from "../service.ts";
import { userArn, userNamedOrCalling } from "./lookup.ts";

interface Kind {
  /** The name in actions for one credential, and for many. */
  one: string;
  many: string;
  /** The name of the id in inputs and outputs. */
  id: string;
  prefix: IdPrefix;
  create: "Upload" | "Create";
  /** The input from which a credential is made. */
  content: string;
  of(user: User): OtherCredential[];
  /** The members of the output for one credential, and for a list. */
  shownAs: { one: string; many: string };
}

const KINDS: Kind[] = [
  {
    one: "SSHPublicKey",
    many: "SSHPublicKeys",
    id: "SSHPublicKeyId",
    prefix: "APKA",
    create: "Upload",
    content: "SSHPublicKeyBody",
    of: (user) => user.sshPublicKeys,
    shownAs: { one: "SSHPublicKey", many: "SSHPublicKeys" },
  },
  {
    one: "SigningCertificate",
    many: "SigningCertificates",
    id: "CertificateId",
    prefix: "ASCA",
    create: "Upload",
    content: "CertificateBody",
    of: (user) => user.signingCertificates,
    shownAs: { one: "Certificate", many: "Certificates" },
  },
  {
    one: "ServiceSpecificCredential",
    many: "ServiceSpecificCredentials",
    id: "ServiceSpecificCredentialId",
    prefix: "ACCA",
    create: "Create",
    content: "ServiceName",
    of: (user) => user.serviceSpecificCredentials,
    shownAs: { one: "ServiceSpecificCredential", many: "ServiceSpecificCredentials" },
  },
];

/** SSH keys, signing certificates and service-specific credentials: only the actions to make, list and delete them. */
export const otherCredentialOperations: Operations = Object.assign({}, ...KINDS.map(operationsFor)) as Operations;

function operationsFor(kind: Kind): Operations {
  return {
    [`${kind.create}${kind.one}`]: {
      on: userArn,
      run(call) {
        const user = userNamedOrCalling(call);
        const credential: OtherCredential = {
          id: uniqueId(kind.prefix),
          status: "Active",
          created: call.now,
          content: call.input.string(kind.content),
        };
        kind.of(user).push(credential);
        return { [kind.shownAs.one]: show(kind, user, credential) };
      },
    },
    [`List${kind.many}`]: {
      on: userArn,
      run(call) {
        const user = userNamedOrCalling(call);
        return {
          [kind.shownAs.many]: kind.of(user).map((credential) => show(kind, user, credential)),
          IsTruncated: false,
        };
      },
    },
    [`Delete${kind.one}`]: {
      on: userArn,
      run(call) {
        const credentials = kind.of(userNamedOrCalling(call));
        credentials.splice(credentials.indexOf(named(kind, call, credentials)), 1);
        return {};
      },
    },
  };
}

function named(kind: Kind, call: Call, credentials: OtherCredential[]): OtherCredential {
  const id = call.input.string(kind.id);
  const credential = credentials.find((candidate) => candidate.id === id);
  if (credential === undefined) throw noSuchEntity(`The ${kind.one} with id ${id} cannot be found.`);
  return credential;
}

const show = (kind: Kind, user: User, credential: OtherCredential): Output => ({
  UserName: user.name,
  [kind.id]: credential.id,
  [kind.content]: credential.content,
  Status: credential.status,
  UploadDate: credential.created,
  CreateDate: credential.created,
});

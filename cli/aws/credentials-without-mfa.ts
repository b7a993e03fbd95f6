import {
  GetAccountSummaryCommand,
  type IAMClient,
  ListServiceSpecificCredentialsCommand,
  paginateListUsers,
} from "@aws-sdk/client-iam";
import pMap from "p-map";

import { canaryPrefix } from "../../infra/names.ts";
import { developerStatuses } from "./developer-status.ts";
import type { DeveloperStatus } from "../results/list.ts";

/** A credential whose requests carry no MFA. */
export interface CredentialWithoutMfa {
  kind: "access key" | "password" | "root access key" | "service-specific credential";
  /** ISO 8601; IAM does not tell it for a root access key or a service-specific credential. */
  lastUsedAt?: string;
  /** The service that a key was last used for, such as `ses`. */
  service?: string;
}

/** An IAM user of an account, or `root`, with its credentials that carry no MFA. */
export interface PrincipalWithoutMfa {
  name: string;
  arn: string;
  credentials: CredentialWithoutMfa[];
}

/** The users of an account, and root, who can act without MFA. Inactive keys, and a password beside an MFA device, don't count. */
export async function principalsWithoutMfa(iam: IAMClient, accountId: string): Promise<PrincipalWithoutMfa[]> {
  const arns = new Map<string, string>();
  for await (const { Users } of paginateListUsers({ client: iam }, {})) {
    for (const { UserName = "", Arn = "" } of Users ?? []) {
      // A canary that `verify --live` has left is meant to be shut out.
      if (!UserName.startsWith(canaryPrefix)) arns.set(UserName, Arn);
    }
  }
  const [isRootKeyThere, statuses] = await Promise.all([hasRootKey(iam), developerStatuses(iam, [...arns.keys()])]);
  const users = await pMap(
    statuses,
    async (status) => ({
      name: status.userName,
      arn: arns.get(status.userName) ?? "",
      credentials: [...keysAndPassword(status), ...(await serviceSpecific(iam, status))],
    }),
    { concurrency: 8 },
  );
  const root: PrincipalWithoutMfa[] = isRootKeyThere
    ? [{ name: "root", arn: `arn:aws:iam::${accountId}:root`, credentials: [{ kind: "root access key" }] }]
    : [];
  return [...root, ...users.filter(({ credentials }) => credentials.length > 0)];
}

/** Whether the root user of an account has an access key (IAM API Reference, "GetAccountSummary"). */
export async function hasRootKey(iam: IAMClient): Promise<boolean> {
  const { SummaryMap = {} } = await iam.send(new GetAccountSummaryCommand({}));
  return (SummaryMap["AccountAccessKeysPresent"] ?? 0) > 0;
}

function keysAndPassword(status: DeveloperStatus): CredentialWithoutMfa[] {
  const { accessKeys, hasPassword, mfaDevices, passwordLastUsedAt } = status;
  const keys = accessKeys
    .filter(({ active }) => active)
    .map(({ lastUsedAt, lastUsedService: service }): CredentialWithoutMfa => ({
      kind: "access key",
      ...(lastUsedAt !== undefined && { lastUsedAt }),
      ...(lastUsedAt !== undefined && service !== undefined && { service }),
    }));
  if (!hasPassword || mfaDevices.length > 0) return keys;
  return [...keys, { kind: "password", ...(passwordLastUsedAt !== undefined && { lastUsedAt: passwordLastUsedAt }) }];
}

async function serviceSpecific(iam: IAMClient, { userName, exists }: DeveloperStatus): Promise<CredentialWithoutMfa[]> {
  if (!exists) return [];
  const { ServiceSpecificCredentials = [] } = await iam.send(
    new ListServiceSpecificCredentialsCommand({ UserName: userName }),
  );
  return ServiceSpecificCredentials.filter(({ Status }) => Status === "Active").map(({ ServiceName }) => ({
    kind: "service-specific credential",
    ...(ServiceName !== undefined && { service: ServiceName }),
  }));
}

import type { IAMClient } from "@aws-sdk/client-iam";

import { assignmentFromTags } from "../../infra/assignment.ts";
import { developersGroup } from "../../infra/names.ts";
import type { CutOffFailure } from "../../infra/offboarding.ts";
import { sharedAccessIn } from "../../infra/shared-access.ts";
import { wordsOf } from "../aws/error-words.ts";
import { type Identity, identitiesIn, isCanary } from "../aws/identities.ts";
import type { EmergencySettings } from "../project/emergency-settings.ts";
import { isSameName } from "../project/roster-names.ts";
import type { NotedResource } from "../state/checkpoint.ts";

/**
 * What a developer whom AWS does not have by this name may have under another one, which somebody has given the user in AWS: each user with
 * the stack's tags or in its group whom neither the roster nor the state knows. IAM tells nobody the former name of a user.
 *
 * @param resources those of the state; undefined where it cannot be read
 */
export async function accessUnderOtherNames(
  iam: IAMClient,
  userName: string,
  { developers, authAccount }: Pick<EmergencySettings, "developers" | "authAccount">,
  resources: NotedResource[] | undefined,
): Promise<CutOffFailure[]> {
  const known = [
    ...developers.flatMap(({ readings }) => readings),
    ...(resources ?? []).flatMap(({ type, id }) => (type === "aws-native:iam:User" && id !== undefined ? [id] : [])),
  ];
  const isOfStack = ({ name, tags, groups }: Identity): boolean =>
    groups.includes(developersGroup) ||
    sharedAccessIn(tags).accounts !== undefined ||
    assignmentFromTags({ userName: name, authAccount }, tags) !== undefined;
  try {
    const users = await identitiesIn(iam, { types: ["User"] });
    return users
      .filter((user) => isOfStack(user) && !isCanary(user) && !known.some((one) => isSameName(one, user.name)))
      .map(({ name }) => ({
        part: `access of ${name}`,
        reason: `AWS has no user ${userName} any more, and ${name}, whom neither the roster nor the state knows, has the stack's tags or group: it may be ${userName} under another name. Run the same command for ${name}.`,
      }));
  } catch (error) {
    const part = `access that ${userName}, whom AWS does not have, may have under another name, which could not be looked for`;
    return [{ part, reason: wordsOf(error) }];
  }
}

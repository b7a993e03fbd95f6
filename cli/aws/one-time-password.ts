import { randomInt } from "node:crypto";

import {
  CreateLoginProfileCommand,
  EntityAlreadyExistsException,
  GetLoginProfileCommand,
  type IAMClient,
  NoSuchEntityException,
  PasswordPolicyViolationException,
  UpdateLoginProfileCommand,
  waitUntilUserExists,
} from "@aws-sdk/client-iam";

import pMap from "p-map";

import { aboutUser } from "./missing-user.ts";

/** One-time passwords are made here and handed over once. They never enter the stack's configuration or state. */

/**
 * Gives a new user a console password that must be changed at the first sign-in.
 *
 * @returns the password; undefined when the user has one already
 */
export async function createOneTimePassword(iam: IAMClient, userName: string): Promise<string | undefined> {
  // IAM is eventually consistent: a new user is not known everywhere at once.
  await waitUntilUserExists({ client: iam, maxWaitTime: 60, minDelay: 1, maxDelay: 3 }, { UserName: userName });
  try {
    return await setPassword(userName, (profile) => iam.send(new CreateLoginProfileCommand(profile)));
  } catch (error) {
    if (error instanceof EntityAlreadyExistsException) return undefined;
    throw error;
  }
}

/** Whether a user has a console password; false where there is no such user. */
export async function hasPassword(iam: IAMClient, userName: string): Promise<boolean> {
  try {
    await iam.send(new GetLoginProfileCommand({ UserName: userName }));
    return true;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  }
}

/** The users without a console password. */
export async function withoutPassword(iam: IAMClient, userNames: string[]): Promise<string[]> {
  const ask = async (name: string): Promise<string[]> => ((await hasPassword(iam, name)) ? [] : [name]);
  return (await pMap(userNames, ask, { concurrency: 8 })).flat();
}

/** Replaces a user's console password by a one-time password, or gives the first one. */
export async function resetPassword(iam: IAMClient, userName: string): Promise<string> {
  try {
    return await setPassword(userName, (profile) => iam.send(new UpdateLoginProfileCommand(profile)));
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
    return aboutUser(
      userName,
      "reset-password",
      setPassword(userName, (profile) => iam.send(new CreateLoginProfileCommand(profile))),
    );
  }
}

/** Makes a password, which must be changed at the first sign-in, and returns it once it is set. */
async function setPassword(
  userName: string,
  set: (profile: { UserName: string; Password: string; PasswordResetRequired: boolean }) => Promise<unknown>,
): Promise<string> {
  const setOf = async (length: number): Promise<string> => {
    const password = generatePassword(length);
    await set({ UserName: userName, Password: password, PasswordResetRequired: true });
    return password;
  };
  try {
    return await setOf(usualLength);
  } catch (error) {
    if (!(error instanceof PasswordPolicyViolationException)) throw error;
    return setOf(longest);
  }
}

/** Lengths in characters. Few account password policies want more than the first; IAM accepts no more than the second. */
const usualLength = 24;
const longest = 128;

/** A random password with all four kinds of characters that a password policy may ask for, without ones that look alike. */
function generatePassword(length: number): string {
  const kinds = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!@#$%^&*()_+-="];
  const all = kinds.join("");
  const characters = [...kinds, ...Array.from({ length: length - kinds.length }, () => all)].map((set) =>
    set.charAt(randomInt(set.length)),
  );
  for (let index = characters.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [characters[index], characters[other]] = [characters[other] ?? "", characters[index] ?? ""];
  }
  return characters.join("");
}

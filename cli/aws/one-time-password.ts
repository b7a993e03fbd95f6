import { randomInt } from "node:crypto";

import {
  CreateLoginProfileCommand,
  EntityAlreadyExistsException,
  type IAMClient,
  NoSuchEntityException,
  UpdateLoginProfileCommand,
  waitUntilUserExists,
} from "@aws-sdk/client-iam";

import { aboutUser } from "./missing-user.ts";

/** Made here and handed over once: a password never enters the stack's configuration or state. */

/**
 * Gives a new user a console password that must be changed at the first sign-in.
 *
 * @returns the password, or nothing when the user has one already
 */
export async function createOneTimePassword(iam: IAMClient, userName: string): Promise<string | undefined> {
  // A user just made is not known everywhere at once.
  await waitUntilUserExists({ client: iam, maxWaitTime: 60, minDelay: 1, maxDelay: 3 }, { UserName: userName });
  const password = generatePassword();
  try {
    await iam.send(
      new CreateLoginProfileCommand({ UserName: userName, Password: password, PasswordResetRequired: true }),
    );
    return password;
  } catch (error) {
    if (error instanceof EntityAlreadyExistsException) return undefined;
    throw error;
  }
}

/** Replaces a user's console password, or makes the first one, by a one-time password. */
export async function resetPassword(iam: IAMClient, userName: string): Promise<string> {
  const password = generatePassword();
  const profile = { UserName: userName, Password: password, PasswordResetRequired: true };
  try {
    await iam.send(new UpdateLoginProfileCommand(profile));
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
    await aboutUser(userName, "reset-password", iam.send(new CreateLoginProfileCommand(profile)));
  }
  return password;
}

/** 24 characters with all four kinds, so that no common password policy refuses it; none that look alike. */
function generatePassword(): string {
  const kinds = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!@#$%^&*()_+-="];
  const all = kinds.join("");
  const characters = [...kinds, ...Array.from({ length: 20 }, () => all)].map((set) =>
    set.charAt(randomInt(set.length)),
  );
  for (let index = characters.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [characters[index], characters[other]] = [characters[other] ?? "", characters[index] ?? ""];
  }
  return characters.join("");
}

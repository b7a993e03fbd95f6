import { Failure } from "../failure.ts";
import { type AccessKey, findAccessKeys, keyPlace, profileKey } from "../login/own-access-key.ts";
import { DeadKey, LockedOut } from "../login/explain-key.ts";
import { askMyself, type Myself } from "../login/myself.ts";
import { isAssigned } from "../login/own-key.ts";
import { askSecret, askText } from "../terminal/ask.ts";
import { ensureRoomForKey } from "./replace-key.ts";
import { type EnrollOptions, tries } from "./enrollment.ts";
import { tell } from "../terminal/tell.ts";

/** The developer's access key, and its owner. */
export interface KeyAtHand {
  key: AccessKey;
  /** A provisional key: from the environment, or typed. It is deleted once there is another. */
  initial: AccessKey | undefined;
  myself: Myself;
}

/** Finds the developer's key, or asks for it. */
export async function keyAtHand({ sourceProfile, profile, kit }: EnrollOptions): Promise<KeyAtHand> {
  const stored = sourceProfile === undefined ? await profileKey(profile) : undefined;
  const candidates = await findAccessKeys(sourceProfile, [profile]);
  const usable = await firstUsable(candidates, { sourceProfile, kit, profile });
  // The profile is checked before a key is typed, since the new key is going to be stored there.
  if (typeof usable?.key.from !== "object") await ensureRoomForKey(profile);
  const { key, myself } = usable ?? (await askKey(candidates.length > 0));
  if (typeof key.from !== "string") return { key, initial: undefined, myself };
  const earlier = await storedBefore(stored, key, myself);
  return { key: earlier ?? key, initial: key, myself };
}

/**
 * The key and its owner; undefined for a key that was not named and is somebody else's, such as one of another organization in `default`. The
 * error for one whose owner is locked out, as a developer is, or somebody in an organization that wants MFA in another way.
 */
async function usable(
  key: AccessKey,
  isNamed: boolean,
  kit: string | undefined,
): Promise<Pick<KeyAtHand, "key" | "myself"> | LockedOut | undefined> {
  try {
    const myself = await askMyself(key);
    if (isNamed || (await isAssigned(myself, kit))) return { key, myself };
    const { userName, authAccount } = myself;
    tell(`Passing over ${keyPlace(key)}: ${userName} of the account ${authAccount} has nothing assigned.`);
  } catch (error) {
    if (isNamed || !(error instanceof Failure)) throw error;
    tell(`Passing over ${keyPlace(key)}: ${error.message}`);
    if (error instanceof LockedOut) return error;
  }
  return undefined;
}

/** The key of the same user that an earlier enrolment has stored, if it was stopped before it deleted the initial key. */
async function storedBefore(
  stored: AccessKey | undefined,
  initial: AccessKey,
  myself: Myself,
): Promise<AccessKey | undefined> {
  if (stored === undefined || stored.accessKeyId === initial.accessKeyId) return undefined;
  const owner = await ownerOf(stored);
  if (owner === undefined) return undefined;
  const { userName, authAccount } = owner;
  if (userName === myself.userName && authAccount === myself.authAccount) return stored;
  throw new Failure(
    `${keyPlace(stored)} holds an access key of ${userName} in the account ${authAccount}; you are ${myself.userName} in ${myself.authAccount}.`,
    "Name another profile for yours with --profile.",
  );
}

/** The owner of a key; undefined when the key was deactivated or deleted. */
async function ownerOf(key: AccessKey): Promise<Myself | undefined> {
  try {
    return await askMyself(key);
  } catch (error) {
    if (error instanceof DeadKey) return undefined;
    throw error;
  }
}

/**
 * The first key that AWS knows as a developer's.
 *
 * @throws LockedOut where there is none, and the key in the developer's own profile is locked out: another key would be, too
 */
async function firstUsable(
  candidates: AccessKey[],
  { sourceProfile, kit, profile }: Pick<EnrollOptions, "sourceProfile" | "kit" | "profile">,
): Promise<Pick<KeyAtHand, "key" | "myself"> | undefined> {
  const isNamed = sourceProfile !== undefined || (kit !== undefined && candidates.length === 1);
  let locked: LockedOut | undefined;
  for (const candidate of candidates) {
    const known = await usable(candidate, isNamed, kit);
    if (known instanceof LockedOut) locked ??= isOfProfile(profile, candidate) ? known : undefined;
    else if (known !== undefined) return known;
  }
  if (locked !== undefined) throw locked;
  return undefined;
}

function isOfProfile(profile: string, { from }: AccessKey): boolean {
  return typeof from === "object" && from.profile === profile;
}

async function askKey(areOthers: boolean): Promise<{ key: AccessKey; myself: Myself }> {
  const none = areOthers
    ? "None of the access keys that were looked at is yours"
    : "No access key of yours is on this machine";
  tell(`${none}. Make one in the console, under Security credentials, for the command line.`);
  for (let attempt = 1; ; attempt++) {
    const accessKeyId = await askText("Access key ID:", (value) =>
      /^AKIA[A-Z0-9]{12,}$/.test(value.trim())
        ? true
        : "An access key ID begins with AKIA and has 20 capitals and digits.",
    );
    const secretAccessKey = await askSecret("Secret access key:");
    const key: AccessKey = {
      accessKeyId: accessKeyId.trim(),
      secretAccessKey: secretAccessKey.trim(),
      from: "the terminal",
    };
    try {
      return { key, myself: await askMyself(key) };
    } catch (error) {
      if (!(error instanceof Failure) || error instanceof LockedOut || attempt >= tries) throw error;
      tell(error.message);
    }
  }
}

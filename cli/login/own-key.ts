import { Failure } from "../failure.ts";
import { type AccessKey, keyPlace, ownAccessKeys } from "./own-access-key.ts";
import { askMyself, type Myself } from "./myself.ts";
import { tell } from "../terminal/tell.ts";

interface KeyOptions {
  sourceProfile: string | undefined;
  kit: string | undefined;
}

/** The developer's access key, and its owner. */
interface OwnKey {
  key: AccessKey;
  myself: Myself;
}

/** Finds the developer's own key as AWS knows it. @throws Failure when there is none */
export async function ownKey(options: KeyOptions): Promise<OwnKey> {
  return ownAmong(await ownAccessKeys(options.sourceProfile), options);
}

/**
 * The first of several keys that AWS knows as a developer's. Keys before it are skipped with a note: a key in the environment may be dead,
 * or of another organization, while the right one is in a profile.
 *
 * @throws Failure about the first key, where none is usable
 */
export async function ownAmong([first, ...others]: [AccessKey, ...AccessKey[]], { kit }: KeyOptions): Promise<OwnKey> {
  if (others.length === 0) return { key: first, myself: await askMyself(first) };
  const passedOver: string[] = [];
  let refused: Failure | undefined;
  let unassigned: OwnKey | undefined;
  for (const key of [first, ...others]) {
    try {
      const myself = await askMyself(key);
      if (await isAssigned(myself, kit)) {
        for (const line of passedOver) tell(`Passing over ${line}`);
        return { key, myself };
      }
      unassigned ??= { key, myself };
      passedOver.push(
        `${keyPlace(key)}: ${myself.userName} of the account ${myself.authAccount} has nothing assigned.`,
      );
    } catch (error) {
      // A network problem would hit the other keys, too.
      if (!(error instanceof Failure)) throw error;
      refused ??= error;
      passedOver.push(`${keyPlace(key)}: ${error.message}`);
    }
  }
  if (unassigned !== undefined) return unassigned;
  throw refused ?? new Error("no key to ask about");
}

/** Whether the organization has an assignment for a user, in the tags or in the given kit. */
export async function isAssigned(
  { userName, authAccount, assignment }: Myself,
  kit: string | undefined,
): Promise<boolean> {
  if (assignment !== undefined || kit === undefined) return assignment !== undefined;
  const { readKit } = await import("./kit.ts");
  const { userName: name, authAccount: account } = await readKit(kit);
  return name === userName && account === authAccount;
}

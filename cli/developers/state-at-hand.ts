import { wordsOf } from "../aws/error-words.ts";
import type { EmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";
import { type NotedResource, notedResources } from "../state/checkpoint.ts";
import { stateFilesOf } from "../state/state-files.ts";
import { tell } from "../terminal/tell.ts";

/** Milliseconds that a server is waited for: an emergency goes on without it. */
const patience = 8000;

type Accounts = Record<string, string>;

/** What an emergency reads of the state, and what it goes by where it can't. Each is read once, when it is first needed. */
export class StateAtHand {
  readonly #project: Project;
  #noted: Promise<NotedResource[] | undefined> | undefined;
  #served: Promise<NotedResource[] | undefined> | undefined;
  #accounts: Promise<Accounts> | undefined;

  constructor(project: Project) {
    this.#project = project;
  }

  /** The resources in a state file; undefined where it can't be read, and where a server keeps the state. */
  noted(): Promise<NotedResource[] | undefined> {
    return (this.#noted ??= notedResources(this.#project));
  }

  /**
   * The same, also from a server, by the Pulumi CLI: a second or two. With a shared role, only the state knows the roles of the
   * developers' own that are left of a switch.
   */
  async notedAnywhere(): Promise<NotedResource[] | undefined> {
    if (stateFilesOf(this.#project) !== undefined) return this.noted();
    return (this.#served ??= served(this.#project));
  }

  /**
   * The ids of the accounts in which roles of the developers' own may be left of a switch, by name, for a state that can't be read: those
   * that the settings name, and all of their units. Where AWS does not tell these, a line says so, and the status becomes 1.
   */
  accounts(settings: EmergencySettings): Promise<Accounts> {
    return (this.#accounts ??= accountsInAws(settings));
  }
}

async function served(project: Project): Promise<NotedResource[] | undefined> {
  try {
    // Pulumi, and the client of Organizations below, are loaded only where they are needed: an emergency waits for nothing else.
    const { exportSealed } = await import("../engine/state-transfer.ts");
    const { deployment } = await exportSealed(project, AbortSignal.timeout(patience));
    return (deployment as { resources?: NotedResource[] } | null | undefined)?.resources ?? [];
  } catch {
    return undefined;
  }
}

async function accountsInAws(settings: EmergencySettings): Promise<Accounts> {
  const { authAccount, developmentAccounts, organizationalUnits } = settings;
  tell(
    "The state could not be read: roles of the developers' own that a switch to the shared role has left are looked for by their names, in every account.",
  );
  try {
    const [{ accountsOfUnits, namedAccounts }, { managementAccountAtHand }] = await Promise.all([
      import("../../infra/accounts-of-units.ts"),
      import("../aws/preconditions.ts"),
    ]);
    const managementAccount = await managementAccountAtHand(settings);
    const found = namedAccounts(await accountsOfUnits(organizationalUnits), settings).filter(
      ({ id, state }) => state === "ACTIVE" && id !== managementAccount && id !== authAccount,
    );
    return { ...developmentAccounts, ...Object.fromEntries(found.map(({ name, id }) => [name, id])) };
  } catch (error) {
    tell(
      `NOT looked for: roles of the developers' own in accounts that the settings do not name, since AWS does not tell these: ${wordsOf(error)}`,
    );
    process.exitCode = 1;
    return developmentAccounts;
  }
}

import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";

import type { Project } from "./project.ts";
import { rosterEntries } from "./roster.ts";
import { SettingsFile } from "./settings-file.ts";
import { tell } from "../terminal/tell.ts";

/** The access of the new developers, the same for all. */
interface Given {
  /** Names of development accounts; every one when left out. */
  accounts: string[] | undefined;
  /** The last day, YYYY-MM-DD, with or without an offset. */
  until: string | undefined;
}

/**
 * New names on the roster. They are written when their run begins, to the file as it is then. If the run makes nothing, they alone are
 * removed again: other edits made in the meantime stay.
 */
export class RosterEdit {
  /** The settings with the new names. */
  readonly after: SettingsFile;
  private readonly project: Project;
  private readonly before: SettingsFile;
  private readonly names: string[];
  readonly accounts: string[] | undefined;
  readonly until: string | undefined;
  #written = false;

  constructor(project: Project, before: SettingsFile, names: string[], given: Given) {
    this.project = project;
    this.before = before;
    this.names = names;
    this.accounts = given.accounts;
    this.until = given.until;
    this.after = this.#added(before);
  }

  /** The same edit of the file's current content. */
  async again(): Promise<RosterEdit> {
    const now = await this.#now();
    // The policy files that the settings name, and access that ends, may differ by now though the text does not.
    const isSame = now.isSame(this.before) && isDeepStrictEqual(now.settings, this.before.settings);
    return isSame ? this : new RosterEdit(this.project, now, this.names, this);
  }

  /** Whether this edit has written the names. */
  get isWritten(): boolean {
    return this.#written;
  }

  /** Writes the names, the first time only: a run may begin again. */
  async write(): Promise<void> {
    if (this.#written) return;
    const now = await this.#now();
    await (now.isSame(this.before) ? this.after : this.#added(now)).write();
    this.#written = true;
  }

  async takeBack(): Promise<void> {
    if (!this.#written) return;
    try {
      const now = await this.#now();
      await (now.isSame(this.after) ? this.before : now.withoutDevelopers(this.names)).write();
      this.#written = false;
    } catch {
      const { names, project } = this;
      tell(`Take ${names.join(", ")} off ${basename(project.settingsFile)}: nothing was made.`);
    }
  }

  #now(): Promise<SettingsFile> {
    return SettingsFile.read(this.project.settingsFile, this.before);
  }

  #added(file: SettingsFile): SettingsFile {
    return file.withDevelopers(rosterEntries(file, this.names, this.accounts, this.until));
  }
}

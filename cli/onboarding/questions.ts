import type { OrganizationView } from "../aws/organization-view.ts";
import { region as homeRegion } from "../../infra/region.ts";
import type { GuardRail } from "../../infra/guard-rails.ts";
import { settingsSchema } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { askText, canAsk, chooseOne, chooseSome } from "../terminal/ask.ts";
import { askGuardRails } from "./ask-guard-rails.ts";
import type { InitialSettings } from "../project/initialize.ts";

/** The flags of `init`; missing ones are asked for on a terminal. */
export interface InitAnswers {
  stack?: string | undefined;
  authAccount?: string | undefined;
  developmentAccounts?: Record<string, string> | undefined;
  organizationalUnits?: string[] | undefined;
  accessRole: string;
  region?: string | undefined;
  accessKeys?: AccessKeys | undefined;
  guardRails?: GuardRail[] | undefined;
}

type AccessKeys = NonNullable<InitialSettings["accessKeys"]>;

/** Refuses missing flags where there is no terminal to ask on. */
export function requireComplete(answers: InitAnswers): void {
  if (canAsk()) return;
  const missing = [
    answers.stack === undefined && "--stack S",
    answers.authAccount === undefined && "--auth-account ID",
    answers.developmentAccounts === undefined && "--development-account NAME=ID",
    answers.organizationalUnits === undefined && "--organizational-unit OU",
  ].filter((flag) => flag !== false);
  if (missing.length === 0) return;
  throw new Failure(`There is no terminal to ask on, and these are missing: ${missing.join(", ")}.`, "Add them.");
}

export async function askStack(): Promise<string> {
  const valid = (value: string): true | string => /^[\w.-]{1,100}$/.test(value) || "Letters, digits, - _ and . only.";
  return askText("Name of the stack:", valid, "main");
}

/** Asks for settings that the flags leave open, offering the organization's accounts and units. */
export async function askSettings(
  answers: InitAnswers,
  { accounts, organizationalUnits }: OrganizationView,
  managementAccount: string,
): Promise<InitialSettings> {
  const others = accounts.filter(({ id }) => id !== managementAccount);
  const label = ({ id, name }: { id: string; name: string }): string => `${id}  ${name}`;
  const authAccount =
    answers.authAccount ??
    (await chooseOne(
      "Which account holds the developers' IAM users?",
      others.map((account) => ({ name: label(account), short: account.name, value: account.id })),
    ));
  const units =
    answers.organizationalUnits ??
    (await chooseSome(
      "Which organizational units hold the development accounts?",
      organizationalUnits.map((unit) => ({
        name: `${unit.id}  ${unit.path} (${accountCount(unit.accountIds.length)})`,
        short: unit.path,
        value: unit.id,
        disabled: unit.accountIds.includes(authAccount) && "holds the auth account",
      })),
    ));
  const covered = new Set(
    organizationalUnits.filter(({ id }) => units.includes(id)).flatMap((unit) => unit.accountIds),
  );
  const developmentAccounts =
    answers.developmentAccounts ??
    named(
      accounts,
      await chooseSome(
        "In which accounts do developers get roles?",
        others
          .filter(({ id }) => id !== authAccount)
          .map(({ id, name }) => ({ name: label({ id, name }), short: name, value: id, checked: covered.has(id) })),
      ),
    );
  const isAsked = [answers.authAccount, answers.organizationalUnits, answers.developmentAccounts].includes(undefined);
  const region = answers.region ?? (isAsked ? await askRegion() : undefined);
  const accessKeys = answers.accessKeys ?? (isAsked ? await askAccessKeys() : undefined);
  const { accessRole } = answers;
  const settings = { authAccount, organizationalUnits: units, developmentAccounts, accessRole, region, accessKeys };
  const guardRails = answers.guardRails ?? (isAsked ? await askGuardRails(settings) : undefined);
  return { ...settings, ...(guardRails !== undefined && { guardRails }) };
}

/** Asks for `accessKeys`. It has a default, so it is asked for only together with other settings. */
async function askAccessKeys(): Promise<AccessKeys> {
  const chosen = await chooseOne("How do developers make, change and delete their access keys?", [
    { value: "with-mfa", short: "with MFA alone", name: "with MFA alone, as AWS advises (recommended)" },
    { value: "article", short: "without MFA, too", name: "without MFA, too: whoever has stolen a key can make others" },
  ]);
  return settingsSchema.shape.accessKeys.unwrap().parse(chosen);
}

/** Asks for the developers' region, offering the caller's own. It has a default, so it is asked for only together with other settings. */
async function askRegion(): Promise<string | undefined> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const valid = (value: string): true | string => {
    const { error } = settingsSchema.shape.region.safeParse(value);
    return error === undefined || `${error.issues[0]?.message ?? ""}.`;
  };
  return askText("Region of the developers' profiles:", valid, AWS_REGION || AWS_DEFAULT_REGION || homeRegion);
}

/** Names for the chosen accounts, made from their names in AWS Organizations. */
function named(accounts: { id: string; name: string }[], ids: string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const id of ids) {
    const given = accounts.find((account) => account.id === id)?.name ?? "";
    const slug =
      given
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "")
        .slice(0, 24) || "account";
    const free = ["auth", "management", ...Object.keys(result)].includes(slug) ? `${slug}-${id.slice(-4)}` : slug;
    result[free] = id;
  }
  return result;
}

function accountCount(accounts: number): string {
  return accounts === 1 ? "1 account" : `${accounts} accounts`;
}

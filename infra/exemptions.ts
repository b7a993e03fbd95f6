/** Users who are exempt from MFA until a day, as the settings say: pure functions. */

import { spelledDocument } from "./policy-documents.ts";

/** An entry of the setting `exempt`. */
export interface ExemptSetting {
  /** The last day of the exemption, YYYY-MM-DD, in UTC. */
  until: string;
  reason: string;
}

/** An IAM user who is exempt from the service control policy. */
export interface Exemption {
  /** As in the settings: ACCOUNT/USER, with the user's path where there is one. */
  name: string;
  arn: string;
  until: string;
  reason: string;
}

/** The exemptions of the settings, with the users' ARNs. */
export function exemptionsOf({
  developmentAccounts,
  exempt,
}: {
  developmentAccounts: Record<string, string>;
  exempt: Record<string, ExemptSetting>;
}): Exemption[] {
  const ids = new Map(Object.entries(developmentAccounts));
  return Object.entries(exempt).map(([name, setting]) => {
    const [, account = "", user = ""] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
    return { name, arn: `arn:aws:iam::${ids.get(account) ?? account}:user/${user}`, ...setting };
  });
}

/** Midnight UTC at the end of a day. */
export function endOf(day: string): string {
  const end = new Date(`${day}T00:00:00Z`);
  end.setUTCDate(end.getUTCDate() + 1);
  return `${end.toISOString().slice(0, 10)}T00:00:00Z`;
}

/** The last day before a time: the inverse of {@link endOf}. */
export function dayBefore(end: string): string {
  const time = Date.parse(end);
  return Number.isNaN(time) ? "" : new Date(time - 1).toISOString().slice(0, 10);
}

/** The last day whose end a policy can hold: the year of a date there has four digits (IAM JSON Policy Reference, "Date condition operators"). */
const latestDay = "9999-12-30";

/** What is wrong with a text, YYYY-MM-DD, that should be a day of the calendar; undefined where it is one. */
export function dayProblem(text: string): string | undefined {
  const time = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(text)) return `there is no day ${text}`;
  return text > latestDay ? `the latest day that a policy can hold is ${latestDay}` : undefined;
}

/** Whether a text is a day of the calendar, YYYY-MM-DD, whose end a policy can hold. */
export function isDay(text: string): boolean {
  return dayProblem(text) === undefined;
}

type Condition = Record<string, Record<string, string | string[]> | undefined>;

/** The users whom a service control policy of the stack exempts: the end of each exemption by ARN. */
export function exemptionEnds(content: unknown): Record<string, string> {
  const statements = spelledDocument(content).Statement as { Condition?: Condition }[];
  return Object.fromEntries(
    statements.flatMap(({ Condition = {} }) => {
      const end = Condition["DateGreaterThanEquals"]?.["aws:CurrentTime"];
      const arns = [Condition["ArnEquals"]?.["aws:PrincipalArn"] ?? []].flat();
      return typeof end === "string" ? arns.map((arn) => [arn, end] as const) : [];
    }),
  );
}

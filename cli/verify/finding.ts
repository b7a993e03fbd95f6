import type { Settings } from "../../infra/settings.ts";
import { endOf } from "../../infra/exemptions.ts";
import type { Finding, LiveLine, MatrixLine } from "../results/verify.ts";

/** The name of a finding, from its kind, its account and its subject. The settings accept findings by this name. */
export function nameOf(kind: Finding["kind"], ...rest: (string | undefined)[]): string {
  return [kind, ...rest.filter((part) => part !== undefined)].join("/");
}

/** The remedy for resources of the stack: the next run corrects them. */
export const repair = {
  remedy: "A refresh sees it, and the up after it puts it right.",
  command: "mfa-admin refresh && mfa-admin up",
};

/** The findings, marked where the settings accept them; an acceptance whose last day is over does not count. */
export function withAccepted(
  findings: Finding[],
  { accepted }: Pick<Settings, "accepted">,
  now = new Date(),
): { findings: Finding[]; notFound: string[] } {
  const names = new Set(findings.map(({ name }) => name));
  return {
    findings: findings.map((finding) => {
      const known = Object.hasOwn(accepted, finding.name) ? accepted[finding.name] : undefined;
      if (known === undefined || finding.accepted !== undefined) return finding;
      const { reason, until } = known;
      if (until === undefined) return { ...finding, accepted: { reason } };
      if (Date.parse(endOf(until)) > now.getTime()) return { ...finding, accepted: { reason, until } };
      return { ...finding, fact: `${finding.fact} It was accepted until ${until}.` };
    }),
    notFound: Object.keys(accepted).filter((name) => !names.has(name)),
  };
}

/** Findings from the canaries' calls whose result was unexpected, one for each canary and kind of credentials. */
export function brokenTries(lines: LiveLine[]): Finding[] {
  const broken = lines.filter(({ holds }) => !holds);
  const grouped = Map.groupBy(broken, ({ account, who, credentials }) =>
    nameOf("live", account, slug(who), slug(credentials)),
  );
  return [...grouped].flatMap(([name, own]): Finding[] => {
    const [first] = own;
    if (first === undefined) return [];
    const { account, who, credentials } = first;
    return [
      {
        ...{ name, kind: "live", account },
        fact: `Really tried in ${account}: ${who}, by ${article(credentials)}, could do ${actionsText(own)}.`,
        meaning: "Whoever has such a key, without MFA, can do the same.",
        remedy: "Another finding tells the policy that is missing or has changed, where it is one of the stack's.",
      },
    ];
  });
}

/** Findings from lines of the matrix with an unexpected result, one for each caller. */
export function brokenLines(lines: MatrixLine[]): Finding[] {
  const broken = lines.filter(({ got, holds }) => got !== undefined && !holds);
  const grouped = Map.groupBy(broken, ({ account, who, credentials, expected }) =>
    nameOf("matrix", account, slug(who), slug(credentials), expected === "denied" ? "may" : "may-not"),
  );
  return [...grouped].flatMap(([name, own]): Finding[] => {
    const [first] = own;
    if (first === undefined) return [];
    const { account, who, credentials, expected } = first;
    const may = expected === "denied" ? "may" : "may not";
    const by = [...new Set(own.flatMap(({ decidedBy }) => decidedBy ?? []))].join(", ");
    return [
      {
        ...{ name, kind: "matrix", account },
        fact: `${who.replace(/^./, (letter) => letter.toUpperCase())}, by ${article(credentials)}, ${may} in ${account}: ${actionsText(own)}.`,
        meaning:
          expected === "denied"
            ? "The promise is that this is denied."
            : `The promise is that this goes on; it is denied (${by}).`,
        remedy: "Another finding tells the policy, where it is one of the stack's; by --all, every line is shown.",
      },
    ];
  });
}

const article = (words: string): string => `${/^[aeiou]/.test(words) ? "an" : "a"} ${words}`;

const slug = (text: string): string =>
  text
    .replace(/, like .*$/, "")
    .replace(/[^\w.@+=]+/g, "-")
    .toLowerCase();

function actionsText(lines: Pick<MatrixLine, "action">[], most = 4): string {
  const actions = [...new Set(lines.map(({ action }) => action))];
  const rest = actions.length - most;
  return `${actions.slice(0, most).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

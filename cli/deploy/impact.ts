import type { ImpactRow } from "../results/impact.ts";
import type { Warning } from "../results/warning.ts";
import { oneLine } from "../terminal/one-line.ts";
import { plainTable } from "../terminal/table.ts";

/** The users in the warnings whom an edit shuts out, a row for each credential: sorted by account, and by the latest use first. */
export function impactRows(warnings: Warning[]): ImpactRow[] {
  return warnings.flatMap((warning): ImpactRow[] => {
    if (warning.kind !== "shut-out") return [];
    const { account, accountId, consent, users, roles = [] } = warning;
    const ways = users.flatMap(({ name, credentials, unread }): ImpactRow[] => {
      const common = { account, accountId, who: name.slice(name.indexOf("/") + 1), consent };
      if (unread !== undefined) return [{ ...common, by: "not looked into", lastUseUnknown: true }];
      return credentials.map(({ kind, service, lastUsedAt }) => ({
        ...{ ...common, by: kind },
        ...(service !== undefined && { service }),
        ...(lastUsedAt !== undefined && { lastUsedAt }),
        ...(isUntold(kind) && { lastUseUnknown: true as const }),
      }));
    });
    const taken = roles.map(({ name, lastUsedAt }): ImpactRow => ({
      ...{ account, accountId, who: name, by: "role", consent: "not needed" },
      ...(lastUsedAt !== undefined && { lastUsedAt }),
    }));
    return [...ways, ...taken].sort((one, other) => ((one.lastUsedAt ?? "") < (other.lastUsedAt ?? "") ? 1 : -1));
  });
}

/** Whether IAM does not tell the last use of this kind of credential. */
const isUntold = (kind: string): boolean => kind === "root access key" || kind === "service-specific credential";

/** The table of `up` and `doctor`. */
export function impactTable(rows: ImpactRow[], stream: NodeJS.WriteStream): string {
  return plainTable(
    ["Account", "Who", "By", "Last used", ""],
    rows.map(({ account, who, by, service, lastUsedAt, lastUseUnknown, consent }) => [
      oneLine(account),
      oneLine(who),
      service === undefined ? byWords[by] : `${byWords[by]} for ${service}`,
      lastUseUnknown ? "not told" : (lastUsedAt?.slice(0, 10) ?? "never"),
      consentWords[consent],
    ]),
    stream,
  );
}

const byWords: Record<ImpactRow["by"], string> = {
  "access key": "access key",
  password: "password",
  "root access key": "root access key",
  "service-specific credential": "service-specific credential",
  role: "a role that they may assume",
  "not looked into": "could not be looked into",
};

const consentWords: Record<ImpactRow["consent"], string> = {
  needed: "needs consent",
  "given once": "by --accept-shut-out",
  "in the settings": "meant: shutOut",
  "not needed": "",
};

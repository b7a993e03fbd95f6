/** The sections of the page, one table each. */

import { propertyText } from "../report/phrases.ts";
import { policyLines, policyTitle } from "../report/policy-lines.ts";
import type {
  AccessRow,
  AuditorReport,
  FindingRow,
  GuardRow,
  MatrixRow,
  PersonRow,
} from "../results/auditor-report.ts";
import type { Change } from "../results/change.ts";
import type { Check } from "../results/doctor.ts";
import type { Missed } from "../results/missed.ts";
import { oneLine } from "../terminal/one-line.ts";
import { bad, code, day, english, good, lastDay, lines, list, shortArn, soft } from "./cells.ts";
import { type Content, html } from "./html.ts";
import { type Column, table } from "./table.ts";
import type { Kind, SectionName, Words } from "./words.ts";

type Section = (report: AuditorReport, words: Words) => Content;

/** The content of each section; undefined where it has no rows. */
export const sections: Record<SectionName, Section> = {
  findings: ({ findings }, words) => rowsIn(words, "findings", findingColumns(words), findings),
  access: ({ access }, words) => rowsIn(words, "access", accessColumns(words), access),
  people: ({ people }, words) => rowsIn(words, "people", peopleColumns(words), people),
  guards: ({ guards }, words) => rowsIn(words, "guards", guardColumns(words), guards),
  drift: ({ drift = [] }, words) => rowsIn(words, "drift", changeColumns(words), drift),
  pending: ({ pending = [] }, words) => rowsIn(words, "pending", changeColumns(words), pending),
  checks: ({ checks }, words) => rowsIn(words, "checks", checkColumns(words), checks),
  missed: ({ missed }, words) => rowsIn(words, "missed", missedColumns(words), missed),
  matrix: ({ matrix, accounts }, words) => {
    const groups = matrixGroups(matrix, accounts);
    if (groups.length === 0) return undefined;
    const tables = groups.map(({ names, rows }) =>
      table(html`<strong>${words.accountNames(names)}</strong>`, matrixColumns(words), rows),
    );
    return [html`<p class="soft">${words.sections.matrix.about}</p>`, tables];
  },
  compared: ({ compared }, words) => {
    const byAccount = [...Map.groupBy(compared, ({ account }) => account)].map(([account, own]) => ({ account, own }));
    return rowsIn(words, "compared", comparedColumns(words), byAccount);
  },
};

/** A table's caption. For tables with sentences of mfa-admin's or AWS's, it also tells their language. */
function caption(name: SectionName, { sections: named, gap, wordsOfOthers }: Words): Content {
  const { about } = named[name];
  return ["findings", "checks", "missed"].includes(name) ? [about, gap, wordsOfOthers] : about;
}

function rowsIn<Row>(words: Words, name: SectionName, columns: [Column<Row>, ...Column<Row>[]], rows: Row[]): Content {
  return rows.length === 0 ? undefined : table(caption(name, words), columns, rows);
}

const findingColumns = (words: Words): [Column<FindingRow>, ...Column<FindingRow>[]] => {
  const { columns, kinds } = words;
  return [
    { head: columns.finding, cell: ({ kind }) => lines(kinds[kind as Kind], code(kind)) },
    { head: columns.account, cell: ({ account }) => account },
    {
      head: columns.what,
      cell: ({ fact, meaning, remedy, command, counts }) =>
        lines(
          english(fact, words),
          meaning && soft(english(meaning, words)),
          counts ? remedy && soft(english(remedy, words)) : undefined,
          counts ? command && code(command) : undefined,
        ),
    },
    {
      head: columns.status,
      cell: ({ counts, accepted, at }) =>
        lines(
          counts
            ? bad(words.seeTo)
            : accepted === undefined
              ? words.allowed
              : words.accepted(accepted.reason, accepted.until),
          at && soft([words.since, " ", day(at)]),
        ),
    },
    { head: columns.source, cell: ({ source }) => words.sources[source] },
  ];
};

const accessColumns = (words: Words): [Column<AccessRow>, ...Column<AccessRow>[]] => {
  const { columns } = words;
  return [
    { head: columns.developer, cell: ({ developer }) => developer },
    { head: columns.account, cell: ({ account, accountId }) => lines(account, soft(accountId)) },
    {
      head: columns.role,
      cell: ({ role, sessionDuration }) => lines(code(role), soft(words.sessions(words.hours(sessionDuration)))),
    },
    {
      head: columns.rights,
      cell: ({ permissions, permissionsBoundary: boundary }) =>
        lines(
          ...(permissions.length === 0 ? [words.noRights] : permissions.map((arn) => code(shortArn(arn)))),
          boundary && soft(words.within(code(shortArn(boundary)))),
        ),
    },
    { head: columns.until, cell: ({ ends }) => (ends === undefined ? soft(words.noEnd) : lastDay(ends)) },
    {
      head: columns.lastUse,
      cell: ({ lastUsedAt, inAws }) =>
        lastUsedAt === undefined ? soft(isSeen(inAws) ? words.notUsed : "—") : day(lastUsedAt),
    },
    {
      head: columns.inAws,
      cell: ({ inAws, stopped }) =>
        lines((inAws === "as made" ? good : bad)(words.roles[inAws]), stopped && words.stopped[stopped]),
    },
  ];
};

const isSeen = (inAws: AccessRow["inAws"]): boolean => inAws === "as made" || inAws === "differs";

const peopleColumns = (words: Words): [Column<PersonRow>, ...Column<PersonRow>[]] => {
  const { columns } = words;
  return [
    { head: columns.user, cell: ({ user }) => user },
    { head: columns.account, cell: ({ account }) => account },
    {
      head: columns.standing,
      cell: ({ standing, inAws, exemptUntil, locks }) =>
        lines(
          standing === "not on the roster" ? bad(words.standings[standing]) : words.standings[standing],
          exemptUntil && words.exemptUntil(exemptUntil),
          inAws === "there" ? undefined : bad(words.people[inAws]),
          ...locks.map(({ since, until, reason }) => words.locked(day(since), until && lastDay(until), reason)),
        ),
    },
    { head: columns.mfa, cell: (row) => mfaCell(row, words) },
    { head: columns.password, cell: (row) => passwordCell(row, words) },
    {
      head: columns.keys,
      cell: ({ keys, inAws }) => {
        if (keys.length === 0) return soft(inAws === "there" ? words.noKeys : "—");
        return list(
          keys.map(({ active, createdAt, lastUsedAt, lastUsedService }) =>
            words.key(active, day(createdAt), lastUsedAt && day(lastUsedAt), lastUsedService),
          ),
        );
      },
    },
  ];
};

/** The cell of a user's MFA. No MFA is bad for a user with a password or an active key, unless exempt. */
function mfaCell({ hasMfa, devices, hasPassword, keys, standing }: PersonRow, words: Words): Content {
  if (hasMfa === undefined) return soft("—");
  if (hasMfa)
    return good(devices.length === 0 ? words.hasMfa : devices.map((one) => words.devices[one]).join(words.separator));
  const isUsable = hasPassword === true || keys.some(({ active }) => active);
  return isUsable && standing !== "exempt" ? bad(words.noMfa) : soft(words.noMfa);
}

function passwordCell(row: PersonRow, words: Words): Content {
  const { hasPassword, inAws, passwordLastUsedAt: used, passwordLastChangedAt: changed } = row;
  if (hasPassword === false) return soft(words.noPassword);
  if (inAws !== "there" || (hasPassword === undefined && used === undefined)) return soft("—");
  return lines(
    used === undefined ? words.passwordNeverUsed : words.passwordUsed(day(used)),
    changed && soft(words.passwordChanged(day(changed))),
  );
}

const guardColumns = (words: Words): [Column<GuardRow>, ...Column<GuardRow>[]] => {
  const { columns, guards } = words;
  return [
    { head: columns.guard, cell: ({ kind, name }) => (kind === "mfa" ? guards.mfa.name : code(name)) },
    {
      head: columns.keeps,
      cell: ({ kind, name }) =>
        kind === "mfa"
          ? guards.mfa.keeps
          : kind === "own policy"
            ? guards.own
            : guards.rails[name as keyof typeof guards.rails],
    },
    { head: columns.policy, cell: ({ policy }) => (policy === undefined ? soft("—") : code(policy)) },
    {
      head: columns.account,
      cell: ({ accounts }) => (accounts.length === 0 ? soft("—") : words.accountNames(accounts)),
    },
    {
      head: columns.state,
      cell: ({ state, missing }) => {
        if (state === "off") return soft(words.states.off);
        if (state === "in force") return good(words.states[state]);
        return lines(
          bad(words.states[state]),
          missing.length > 0 ? words.missing(words.accountNames(missing)) : undefined,
        );
      },
    },
  ];
};

const changeColumns = (words: Words): [Column<Change>, ...Column<Change>[]] => {
  const { columns } = words;
  return [
    { head: columns.resource, cell: ({ type, name }) => lines(name, soft(words.type(type))) },
    { head: columns.account, cell: ({ account }) => account },
    {
      head: columns.change,
      cell: ({ operation, since }) => lines(words.operations[operation], since && soft(words.sinceThen(day(since)))),
    },
    {
      head: columns.details,
      cell: ({ properties, policies }) => {
        const texts = [
          ...properties.map((property) => code(propertyText(property, oneLine))),
          ...policies.flatMap((policy) => [
            english(policyTitle(policy, oneLine), words),
            ...policyLines(policy).map(code),
          ]),
        ];
        return texts.length === 0 ? soft("—") : lines(...texts);
      },
    },
  ];
};

const checkColumns = (words: Words): [Column<Check>, ...Column<Check>[]] => {
  const { columns, checks, levels } = words;
  return [
    { head: columns.check, cell: ({ name }) => checks[name] ?? name },
    { head: columns.account, cell: ({ account }) => account ?? soft("—") },
    { head: columns.result, cell: ({ level }) => (level === "ok" ? good : bad)(levels[level]) },
    {
      head: columns.what,
      cell: ({ fact, remedy, command }) =>
        lines(english(fact, words), remedy && soft(english(remedy, words)), command && code(command)),
    },
  ];
};

const missedColumns = (words: Words): [Column<Missed>, ...Column<Missed>[]] => {
  const { columns } = words;
  return [
    { head: columns.what, cell: ({ what }) => english(what, words) },
    { head: columns.reason, cell: ({ reason }) => english(reason, words) },
    { head: columns.remedy, cell: ({ remedy }) => english(remedy, words) },
  ];
};

const matrixColumns = (words: Words): [Column<MatrixRow>, ...Column<MatrixRow>[]] => {
  const { columns, credentials, decisions, deciders } = words;
  return [
    { head: columns.who, cell: ({ who }) => words.who(who) },
    { head: columns.signedBy, cell: (row) => credentials[row.credentials] },
    { head: columns.actions, cell: ({ actions }) => code(actions.join(" ")), look: "actions" },
    { head: columns.on, cell: ({ resource }) => (resource === "*" ? words.anything : code(resource)) },
    { head: columns.expected, cell: ({ expected }) => decisions[expected] },
    {
      head: columns.got,
      cell: ({ got, decidedBy, holds }) => {
        if (got === undefined) return bad(words.notAsked);
        const by = decidedBy && soft(deciders[decidedBy]);
        return holds ? lines(good(decisions[got]), by) : lines(bad(decisions[got]), words.unexpected, by);
      },
    },
  ];
};

/** Groups of accounts with the same rows. Resources are compared, and shown, without the account's own id. */
function matrixGroups(
  matrix: MatrixRow[],
  accounts: AuditorReport["accounts"],
): { names: string[]; rows: MatrixRow[] }[] {
  const ids = new Map(accounts.map(({ name, id }) => [name, id]));
  const own = [...Map.groupBy(matrix, ({ account }) => account)].map(([name, rows]) => ({
    name,
    rows: rows.map((row) => ({ ...row, resource: shortArn(row.resource).replace(`${ids.get(name) ?? ""}:`, "") })),
  }));
  const alike = Map.groupBy(own, ({ rows }) => JSON.stringify(rows.map((row) => ({ ...row, account: "" }))));
  return [...alike.values()].map((group) => ({ names: group.map(({ name }) => name), rows: group[0]?.rows ?? [] }));
}

interface ComparedIn {
  account: string;
  own: AuditorReport["compared"];
}

const comparedColumns = (words: Words): [Column<ComparedIn>, ...Column<ComparedIn>[]] => {
  const { columns, compared, documents } = words;
  return [
    { head: columns.account, cell: ({ account }) => account },
    { head: columns.document, cell: ({ own }) => documents(own.length) },
    {
      head: columns.comparison,
      cell: ({ own }) => {
        const differing = own.filter(({ holds }) => !holds);
        if (differing.length === 0) return good(compared.same);
        return lines(
          bad([compared.differs, " ", documents(differing.length)]),
          ...differing.map(({ what }) => english(what, words)),
        );
      },
    },
  ];
};

import { isDeepStrictEqual } from "node:util";

import { isFew } from "../accounts-text.ts";
import { oneLine } from "../terminal/one-line.ts";
import { changeMark } from "./progress.ts";
import { styled } from "../terminal/stream.ts";
import { anonymous } from "./anonymous.ts";
import { isUndone } from "./drift-repair.ts";
import { policyLines, policyTitle } from "./policy-lines.ts";
import type { Change } from "../results/change.ts";
import { counted } from "./summary.ts";
import { operationWords } from "../changes/verbs.ts";
import { listed, propertyText, takeoverTexts } from "./phrases.ts";

export interface ChangeLinesOptions {
  /** The number of development accounts. */
  accounts: number;
  stream: NodeJS.WriteStream;
  /** Drift that was shown already: a change that only reverts it is not shown again. */
  drifted?: Change[];
}

/** The lines of changes: one for a change that is the same in many accounts, or for many developers, with its details below. */
export function changeLines(changes: Change[], { accounts, stream, drifted = [] }: ChangeLinesOptions): string[] {
  const told = changes.map((change) => ({ ...change, isBack: drifted.some((drift) => isUndone(drift, change)) }));
  const groups = grouped(told, accounts);
  const width = Math.max(0, ...groups.map(({ place }) => place.length));
  return groups.flatMap(({ change, place, what }) => {
    const { operation, since, isBack } = change;
    const adopted = operation === "adopt" ? `: ${operationWords.adopt.is}` : "";
    const later = since === undefined ? "" : `, some time after ${since}`;
    const mark = changeMark(operation, stream);
    const line = `  ${mark} ${place.padEnd(width)}  ${what}${later}${adopted}`;
    return isBack ? [`${line}: put back`] : [line, ...detailLines(change, stream)];
  });
}

type Told = Change & { isBack: boolean };

interface Group {
  /** The change that all of the group have in common. */
  change: Told;
  place: string;
  what: string;
}

/** The number of lines that is easy to look through. */
const manageable = 16;

/** Groups alike changes. A few of them stay separate lines, unless there would be too many lines. */
function grouped(changes: Told[], accounts: number): Group[] {
  const loosely = groupedBy(changes, accounts, isFew);
  return loosely.length <= manageable ? loosely : groupedBy(changes, accounts, (count) => count <= 1);
}

function groupedBy(changes: Told[], accounts: number, isApart: (count: number) => boolean): Group[] {
  const resources = together(changes, (change) => ({ ...change, account: undefined }), isApart);
  const alike = together(resources, (places) => [places.map(({ account }) => account), places.map(nameless)], isApart);
  const whose = alike.map((group) => group.map(([first]) => first?.developer));
  return alike.flatMap((group, index) => {
    const places = group[0] ?? [];
    const [first] = places;
    if (first === undefined) return [];
    const change = group.length === 1 ? first : nameless(first);
    const where = places.map(({ account }) => account);
    const isPart = where.length > 1 && where.length < accounts;
    const isTold = whose.slice(0, index).some((earlier) => isDeepStrictEqual(earlier, whose[index]));
    const what = group.length === 1 ? `${change.type} ${oneLine(change.name)}` : manyText(group, isTold);
    return [
      {
        change,
        place:
          where.length === 1 ? change.account : isPart ? counted(where.length, "account") : `all ${accounts} accounts`,
        what: isPart ? `${what} in ${listed(where, oneLine, accounts)}` : what,
      },
    ];
  });
}

/** The text of several resources: "6 users: alice, bob, …", or "6 roles developer-…" where the developers were named above. */
function manyText(group: Told[][], isTold: boolean): string {
  const all = group.flatMap(([first]) => first ?? []);
  const [change] = all;
  const what = counted(all.length, change?.type ?? "");
  if (isTold && change?.developer !== undefined) return `${what} ${oneLine(nameless(change).name)} of theirs`;
  return `${what}: ${all.map(({ name }) => oneLine(name)).join(", ")}`;
}

/** Groups items of the same key, unless they are few enough to stay apart. The others stay where they are, each in its own group. */
function together<T>(items: T[], key: (item: T) => unknown, isApart: (count: number) => boolean): T[][] {
  const keyed = items.map((item) => ({ item, key: JSON.stringify(key(item)) }));
  const groups = Map.groupBy(keyed, ({ key }) => key);
  return keyed.flatMap((one) => {
    const group = groups.get(one.key) ?? [];
    if (isApart(group.length)) return [[one.item]];
    return group[0] === one ? [group.map(({ item }) => item)] : [];
  });
}

function nameless(change: Told): Told {
  return change.developer === undefined ? change : anonymous(change, change.developer);
}

/** The details of a change, below its line. */
function detailLines(change: Told, stream: NodeJS.WriteStream): string[] {
  return [
    ...takeoverTexts(change, oneLine).map((text) => `      ${text}`),
    ...change.properties.map((property) => `      ${propertyText(property, oneLine)}`),
    ...change.policies.flatMap((policy) => [
      `      ${policyTitle(policy, oneLine)}`,
      ...policyLines(policy).map((line) => `        ${coloured(line, stream)}`),
    ]),
  ];
}

function coloured(line: string, stream: NodeJS.WriteStream): string {
  if (line.startsWith("+")) return styled("green", line, stream);
  return line.startsWith("-") ? styled("red", line, stream) : line;
}

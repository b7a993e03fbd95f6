import { distance } from "fastest-levenshtein";

/** The candidate that somebody who typed `word` most likely meant, if any is near enough. */
export function closest(word: string, candidates: string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, steps: stepsBetween(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  return best !== undefined && best.steps <= Math.max(1, word.length / 3) ? best.candidate : undefined;
}

/** How many slips of the fingers lie between them: letters that are left out, added, exchanged, or two that have changed places. */
function stepsBetween(one: string, other: string): number {
  const hasSameLetters = Array.from(one).sort().join("") === Array.from(other).sort().join("");
  return Math.min(distance(one, other), hasSameLetters && distance(one, other) === 2 ? 1 : Infinity);
}

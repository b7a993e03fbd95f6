import { distance } from "fastest-levenshtein";

/** The candidate that was most likely meant by a typed word, if any is near enough. */
export function closest(word: string, candidates: string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, steps: stepsBetween(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  return best !== undefined && best.steps <= Math.max(1, word.length / 3) ? best.candidate : undefined;
}

/** The number of typing errors between two words: a letter left out, added or replaced, or two letters swapped. */
function stepsBetween(one: string, other: string): number {
  const hasSameLetters = Array.from(one).sort().join("") === Array.from(other).sort().join("");
  return Math.min(distance(one, other), hasSameLetters && distance(one, other) === 2 ? 1 : Infinity);
}

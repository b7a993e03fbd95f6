/** Control characters, and those that change the direction of the text around them (Unicode Standard Annex #9). */
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/**
 * A foreign text on one line: a control character could end the line, or control the terminal, and one of direction could show the words
 * in another order.
 */
export function oneLine(text: string): string {
  return text.replace(invisible, " ");
}

/** The same for a text of several lines, whose ends stay. */
export function printable(text: string): string {
  return text.split("\n").map(oneLine).join("\n");
}

/** A text as an argument in a shell: quoted where it would be several words or none. */
export function asArgument(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `"${text}"`;
}

/** Somebody else's text on one line: a control character would end the line, or have a terminal do something. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}

/** A text as it is typed into a shell: in quotes where it would be several words, or none. */
export function asArgument(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `"${text}"`;
}

/** A foreign text on one line: a control character could end the line, or control the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}

/** A text as an argument in a shell: quoted where it would be several words or none. */
export function asArgument(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `"${text}"`;
}

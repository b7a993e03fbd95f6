/** A day with a UTC offset such that it ends in about so many seconds. */
export function dayEndingIn(seconds: number, now: Date): string {
  const end = Math.ceil((now.getTime() + seconds * 1000) / 60_000);
  const ahead = (1440 - (end % 1440)) % 1440;
  const offset = ahead > 720 ? ahead - 1440 : ahead;
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = new Date((end + offset - 1) * 60_000).toISOString().slice(0, 10);
  return `${day}${offset < 0 ? "-" : "+"}${two(hours)}:${two(minutes)}`;
}

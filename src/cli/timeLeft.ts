/** " · about 12 s left" after `done` of `all` in some milliseconds; empty before the first. */
export function timeLeft(done: number, all: number, milliseconds: number): string {
  if (done === 0) return "";
  const seconds = (milliseconds / 1000 / done) * (all - done);
  return seconds < 90
    ? ` · about ${Math.ceil(seconds)} s left`
    : ` · about ${Math.ceil(seconds / 60)} min left`;
}

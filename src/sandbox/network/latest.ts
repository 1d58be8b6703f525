/**
 * Lets the newest value win: while one is being applied, those that come replace each other and the last of
 * them is applied next. The promise for a value settles with the application of it or of a newer one.
 */
export function latest<T>(apply: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: { value: T; readonly done: Promise<void> } | undefined;
  return (value) => {
    if (next !== undefined) {
      next.value = value;
      return next.done;
    }
    const done = running.then(() => {
      const newest = next?.value ?? value;
      next = undefined;
      return apply(newest);
    });
    running = done.catch(() => {});
    next = { value, done };
    return done;
  };
}

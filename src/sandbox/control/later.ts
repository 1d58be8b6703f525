/** Runs work once, soon, however often it is asked for meanwhile. */
export function coalesced(work: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    setImmediate(() => {
      asked = false;
      work();
    });
  };
}

/** The same per key: `work` gets all keys that were named since it last ran. */
export function coalescedKeys(work: (keys: readonly string[]) => void): (key: string) => void {
  const keys = new Set<string>();
  const soon = coalesced(() => {
    const taken = [...keys];
    keys.clear();
    work(taken);
  });
  return (key) => {
    keys.add(key);
    soon();
  };
}

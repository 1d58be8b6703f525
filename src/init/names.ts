/** Names for a scenario's workloads, targets and zones: DNS labels, and each only once. */

const MAX_LENGTH = 63;

export class Names {
  readonly #used = new Set<string>();

  /** The first of the wishes that is free, made into a DNS label; otherwise the last one with a number. */
  take(...wishes: readonly string[]): string {
    const labels = wishes.map(dnsLabel).filter((label) => label !== '');
    const free = labels.find((label) => !this.#used.has(label));
    const name = free ?? this.#numbered(labels.at(-1) ?? 'x');
    this.#used.add(name);
    return name;
  }

  #numbered(label: string): string {
    for (let number = 2; ; number += 1) {
      const suffix = `-${number}`;
      const name = `${trimmed(label.slice(0, MAX_LENGTH - suffix.length))}${suffix}`;
      if (!this.#used.has(name)) return name;
    }
  }
}

function dnsLabel(text: string): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return trimmed(trimmed(plain).slice(0, MAX_LENGTH));
}

function trimmed(text: string): string {
  return text.replace(/^-+|-+$/g, '');
}

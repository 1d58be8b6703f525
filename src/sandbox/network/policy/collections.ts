/** The sets that rules refer to; equal contents are one set. */
import { formatAddress } from '../ipv4.ts';
import type { Range } from '../ipv4.ts';
import { Numbered, collection } from '../nftables.ts';

export class Collections {
  readonly #pods = new Numbered('pods');
  readonly #blocks = new Numbered('blocks');
  readonly #places = new Numbered('places');

  /** Name of the set of these pod addresses. */
  pods(ips: readonly string[]): string {
    return this.#pods.name(ips.toSorted());
  }

  /** Name of the set of all addresses of these ranges. */
  blocks(ranges: readonly Range[]): string {
    return this.#blocks.name(
      ranges.map(({ first, last }) => `${formatAddress(first)}-${formatAddress(last)}`),
    );
  }

  /** Name of the set of these `address . port` pairs. */
  places(pairs: readonly string[]): string {
    return this.#places.name([...new Set(pairs)]);
  }

  text(): readonly string[] {
    return [
      ...this.#pods.all().flatMap(({ name, lines }) => collection(`set ${name}`, 'ipv4_addr', lines)),
      ...this.#blocks
        .all()
        .flatMap(({ name, lines }) => collection(`set ${name}`, 'ipv4_addr; flags interval', lines)),
      ...this.#places
        .all()
        .flatMap(({ name, lines }) => collection(`set ${name}`, 'ipv4_addr . inet_service', lines)),
    ];
  }
}

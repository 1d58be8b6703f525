/** Keeps one nftables table of one namespace as a text says. */
import { inNetns, run } from './kernel.ts';

export class Ruleset {
  readonly #netns: string;
  #loaded: string | undefined;

  constructor(netns: string) {
    this.#netns = netns;
  }

  /** Loads the text in one transaction: the kernel has all of it or, after a rejection, what it had before. */
  async load(text: string): Promise<void> {
    if (text === this.#loaded) return;
    await run(inNetns(this.#netns, ['nft', '-f', '-']), text);
    this.#loaded = text;
  }
}

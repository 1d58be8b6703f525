/** What a repository tells about the manifests in it. */
import type { Position } from '../../model/errors.ts';
import type { KubeObject, Unread } from '../../snapshot/snapshot.ts';

export interface GitFacts {
  readonly repository: string;
  readonly folder: string;
  readonly ref: string;
  /** Commit that the ref stands for, 40 hex digits or more. */
  readonly head: string;
  /** History was cut off by a shallow clone: commits, authors and merges may be missing. */
  readonly shallow: boolean;
  /** NetworkPolicies as committed. */
  readonly manifests: readonly GitManifest[];
  /** Newest first, by file. */
  readonly commits: ReadonlyMap<string, readonly Commit[]>;
  readonly unread: readonly Unread[];
}

export interface GitManifest {
  /** Its file is a path in the repository. */
  readonly where: Position;
  /** Its namespace is undefined if the manifest names none: whoever applies it decides. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly object: KubeObject;
}

export interface Commit {
  readonly hash: string;
  readonly author: string;
  /** RFC 3339. */
  readonly date: string;
  readonly subject: string;
  readonly signature: Signature;
  /** Who signed, as git tells it. */
  readonly signer?: string;
  readonly review: Review;
}

/** As `git log --format=%G?` tells; `unknown`: there is one, and nothing here to check it with. */
export type Signature = 'good' | 'bad' | 'expired' | 'unknown' | 'none';

export type Review =
  /** `Reviewed-by` and its kin, by somebody else than the author. */
  | { readonly kind: 'trailer'; readonly text: string }
  /** It came in by a merge. */
  | { readonly kind: 'merge'; readonly commit: string; readonly subject: string; readonly by: string }
  /** Its subject names a pull request, as squashed merges do. */
  | { readonly kind: 'reference'; readonly text: string }
  | { readonly kind: 'none' };

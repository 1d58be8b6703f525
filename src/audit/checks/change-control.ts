import type { Evidence } from '../../model/audit.ts';
import { groupBy } from '../../report/group.ts';
import { count } from '../../report/text.ts';
import { nameOf, type PolicyObject } from '../../snapshot/snapshot.ts';
import type { Check, CheckInput, Found } from '../check.ts';
import { differences } from '../git/compare.ts';
import type { Commit, GitFacts, GitManifest, Review } from '../git/facts.ts';
import { keeperText } from '../ownership.ts';
import { words } from './inventory.ts';
import { severityIn } from './namespace-coverage.ts';

export const changeControl: Check = {
  id: 'change-control',
  step: 7,
  title: 'Live policies come from reviewed commits',
  rules: {
    'only-live': 'A live policy has no committed manifest.',
    'only-committed': 'A committed policy is not live.',
    drift: 'A live policy means something else than its committed manifest.',
    'several-manifests': 'A live policy could come from several committed manifests.',
    unreviewed: 'The last commit to a policy’s manifest shows no review.',
    'bad-signature': 'The last commit to a policy’s manifest has a bad signature.',
    'history-cut': 'The clone is shallow: commits may be missing.',
    'unreadable-manifest': 'A file in the repository could not be read.',
  },
  run(input) {
    const { git, snapshot } = input;
    if (git === undefined) {
      return {
        kind: 'inconclusive',
        because: 'no repository was given: --git names it',
        evidence: [keepers(snapshot.policies)],
      };
    }
    if (snapshot.policies.length + git.manifests.length + git.unread.length === 0) {
      return { kind: 'not-applicable', because: 'there is no NetworkPolicy, neither live nor committed' };
    }
    const pairs = pairsOf(snapshot.policies, git.manifests);
    return {
      kind: 'examined',
      because: `${words(pairs.length)} compared with ${count(git.manifests.length, 'manifest')} at commit ${git.head.slice(0, 12)} of ${git.repository}`,
      findings: [
        ...pairs.flatMap((pair) => pairFindings(pair, git, input)),
        ...onlyCommitted(pairs, git),
        ...repositoryFindings(git),
      ],
      evidence: [history(pairs, git)],
    };
  },
};

interface Pair {
  readonly policy: PolicyObject;
  readonly manifest: GitManifest | undefined;
  /** Others that could be its manifest as well. */
  readonly others: readonly GitManifest[];
}

/**
 * A manifest without a namespace may be applied to any: it is that of every live policy of its name. Of several the
 * one that is as the live policy is taken.
 */
function pairsOf(policies: readonly PolicyObject[], manifests: readonly GitManifest[]): Pair[] {
  const byName = groupBy(manifests, ({ namespace, name }) => `${namespace ?? ''}/${name}`);
  return policies.map((policy) => {
    const { namespace = 'default', name } = policy.metadata;
    const candidates = byName.get(`${namespace}/${name}`) ?? byName.get(`/${name}`) ?? [];
    const same = candidates.find(({ object }) => differences(policy, object).length === 0);
    const manifest = same ?? candidates[0];
    return { policy, manifest, others: candidates.filter((each) => each !== manifest) };
  });
}

function pairFindings({ policy, manifest, others }: Pair, git: GitFacts, input: CheckInput): Found[] {
  const { namespace = 'default', name, ownerReferences = [] } = policy.metadata;
  const subject = { kind: 'NetworkPolicy', namespace, name };
  const severity = severityIn(namespace, 'fail', input);
  if (severity === undefined) return [];
  if (manifest === undefined) {
    const [owner] = ownerReferences;
    const message = `NetworkPolicy ${nameOf(policy)} is live, but in no committed manifest`;
    return owner === undefined
      ? [{ rule: 'only-live', severity, subject, message }]
      : [
          {
            rule: 'only-live',
            severity: 'note',
            subject,
            message: `${message}; ${owner.kind} ${owner.name} makes it`,
          },
        ];
  }
  const { where } = manifest;
  const different = differences(policy, manifest.object);
  const drift = `NetworkPolicy ${nameOf(policy)} is not as committed: ${different.join(', ')} differs`;
  return [
    ...(different.length > 0 ? [{ rule: 'drift', severity, subject, message: drift, where }] : []),
    ...ambiguity(policy, manifest, others),
    ...commitFindings(policy, manifest, git, input),
  ];
}

function ambiguity(policy: PolicyObject, { where }: GitManifest, others: readonly GitManifest[]): Found[] {
  if (others.length === 0) return [];
  const { namespace = 'default', name } = policy.metadata;
  const places = others.map((other) => `${other.where.file}:${other.where.line}`);
  const message = `NetworkPolicy ${nameOf(policy)} stands in ${places.join(', ')} too: which is applied can’t be told`;
  return [
    {
      rule: 'several-manifests',
      severity: 'warn',
      subject: { kind: 'NetworkPolicy', namespace, name },
      message,
      where,
    },
  ];
}

function commitFindings(
  policy: PolicyObject,
  manifest: GitManifest,
  { commits }: GitFacts,
  { config }: CheckInput,
): Found[] {
  const [last] = commits.get(manifest.where.file) ?? [];
  if (last === undefined) return [];
  const { namespace = 'default', name } = policy.metadata;
  const subject = { kind: 'NetworkPolicy', namespace, name };
  const what = `NetworkPolicy ${nameOf(policy)}: commit ${last.hash.slice(0, 12)} by ${last.author}`;
  const reviews = config.git?.reviews ?? 'warn';
  const { where } = manifest;
  const found: Found[] = [];
  if (last.signature === 'bad') {
    const message = `${what} has a bad signature`;
    found.push({ rule: 'bad-signature', severity: 'fail', subject, message, where });
  }
  if (last.review.kind === 'none' && reviews !== 'ignore') {
    const message = `${what} shows no review: no trailer by somebody else, no merge, no pull request`;
    found.push({ rule: 'unreviewed', severity: reviews, subject, message, where });
  }
  return found;
}

function onlyCommitted(pairs: readonly Pair[], { manifests }: GitFacts): Found[] {
  const live = new Set(pairs.flatMap(({ manifest, others }) => [manifest, ...others]));
  const names = new Set(
    pairs.map(({ policy: { metadata } }) => `${metadata.namespace ?? 'default'}/${metadata.name}`),
  );
  return manifests
    .filter((manifest) => !live.has(manifest))
    .filter(({ namespace, name }) => namespace === undefined || !names.has(`${namespace}/${name}`))
    .map(({ namespace, name, where }) => ({
      rule: 'only-committed',
      severity: 'fail',
      subject: { kind: 'NetworkPolicy', ...(namespace !== undefined && { namespace }), name },
      message: `NetworkPolicy ${namespace === undefined ? '' : `${namespace}/`}${name} is committed, but not live`,
      where,
    }));
}

function repositoryFindings({ shallow, repository, unread }: GitFacts): Found[] {
  const cut: Found = {
    rule: 'history-cut',
    severity: 'inconclusive',
    subject: { kind: 'Repository', name: repository },
    message: `${repository} is a shallow clone: who committed and reviewed can’t be told from it`,
  };
  return [
    ...(shallow ? [cut] : []),
    ...unread.map(({ what, why, where }): Found => ({
      rule: 'unreadable-manifest',
      severity: 'inconclusive',
      subject: { kind: 'File', name: where === undefined ? what : `${what}:${where.line}` },
      message: `${what} could not be read: ${why}; give rendered files where it is a template`,
      where,
    })),
  ];
}

/** The last commits of a manifest; the repository has the others. */
const MOST_COMMITS = 5;

function history(pairs: readonly Pair[], { commits }: GitFacts): Evidence {
  return {
    title: 'Policies, their manifests and commits',
    columns: ['Policy', 'Manifest', 'Commit', 'Author', 'Date', 'Signature', 'Review', 'Subject', 'Kept by'],
    rows: pairs.flatMap(({ policy, manifest }) => {
      const file = manifest?.where.file ?? '';
      const place = manifest === undefined ? '' : `${file}:${manifest.where.line}`;
      const kept = keeperText(policy);
      const list = (commits.get(file) ?? []).slice(0, MOST_COMMITS);
      if (list.length === 0) return [[nameOf(policy), place, '', '', '', '', '', '', kept]];
      return list.map((commit) => [nameOf(policy), place, ...commitCells(commit), kept]);
    }),
  };
}

function commitCells({ hash, author, date, signature, signer, review, subject }: Commit): string[] {
  const signed = signer === undefined ? signature : `${signature}: ${signer}`;
  return [hash.slice(0, 12), author, date, signed, reviewText(review), subject];
}

function reviewText(review: Review): string {
  switch (review.kind) {
    case 'trailer':
      return review.text;
    case 'merge':
      return `merged by ${review.by} (${review.commit.slice(0, 12)}: ${review.subject})`;
    case 'reference':
      return `pull request ${review.text}`;
    case 'none':
      return 'none seen';
  }
}

function keepers(policies: readonly PolicyObject[]): Evidence {
  return {
    title: 'Delivery tools that keep the policies',
    columns: ['Policy', 'Kept by'],
    rows: policies.map((policy) => [nameOf(policy), keeperText(policy)]),
  };
}

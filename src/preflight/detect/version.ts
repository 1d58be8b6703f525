/** Versions as image tags and kubelets tell them. */

/** The last tag of an image without its `v`: `quay.io/cilium/cilium:v1.15.6@sha256:…` is 1.15.6. */
export function imageVersion(image: string): string | undefined {
  const [untagged = ''] = image.split('@');
  const tag = /:([^:/]+)$/.exec(untagged)?.[1];
  return tag?.replace(/^v(?=\d)/, '');
}

/** True, false, or undefined for a version that is none, such as `latest`. */
export function isAtLeast(version: string | undefined, wanted: readonly number[]): boolean | undefined {
  const numbers = /^v?(\d{1,9}(?:\.\d{1,9})*)/
    .exec(version ?? '')?.[1]
    ?.split('.')
    .map(Number);
  if (numbers === undefined) return undefined;
  for (const [index, least] of wanted.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}

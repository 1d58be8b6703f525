/**
 * `$(NAME)` in commands, arguments and values, as the kubelet expands it (third_party/forked/golang/expansion):
 * unknown names stay as they are, `$$` is one `$` and keeps what follows from being expanded.
 */
export function expand(text: string, value: (name: string) => string | undefined): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (whole, name?: string) => {
    if (name === undefined) return '$';
    return value(name) ?? whole;
  });
}

/** What the embedded cluster needs of the machine it runs on, and the namespaces it lives in. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NetproofError } from '../model/errors.ts';

const TOOLS = ['unshare', 'nsenter', 'ip', 'nft'] as const;
const INSTALL = 'apt-get install -y nftables iproute2 util-linux';
const TRIAL_TIMEOUT_MS = 10_000;

/** `ip` and `nft` lie in sbin, which is not on an ordinary Debian user's path. */
export const TOOL_PATH = [...new Set([...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'])].join(
  ':',
);

/** Namespaces that die with their first process, whose parent is `unshare`. */
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;
const AS_OWN_ROOT = ['--user', '--map-root-user'] as const;
/**
 * A private /run for `ip netns` and whoever wants it. Where /etc/resolv.conf leads there (systemd-resolved) it
 * gets an empty file to lead to, so that pods' own resolv.conf can be mounted over it.
 */
const PRIVATE_RUN = `mount -t tmpfs -o mode=0755 tmpfs /run && resolv=$(readlink -m /etc/resolv.conf) &&
case $resolv in /run/*) mkdir -p "\${resolv%/*}" && : > "$resolv" ;; esac && exec "$@"`;

/** Tries the sandbox's main tricks: a named namespace, a veth into it, a rule, a sysctl. */
const TRIAL = `ip netns add trial && ip link add veth0 type veth peer name eth0 netns trial &&
nsenter --net=/run/netns/trial sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward' &&
nft 'add table inet t; add chain inet t c { type filter hook forward priority 0; }; add rule inet t c ct state new accept'`;

/** Turns a command line into one that runs it as PID 1 of fresh namespaces. */
export type Enclose = (command: readonly string[]) => readonly string[];

/**
 * Finds out, by trying, how this machine lets us make namespaces: as root, or else in a user namespace.
 * Rejects with `sandbox-failed` and what to install or to permit.
 */
export async function checkHost(): Promise<Enclose> {
  if (process.platform !== 'linux') {
    throw new NetproofError('sandbox-failed', `the sandbox needs Linux, and this is ${process.platform}`);
  }
  await checkTools();
  const ways =
    process.getuid?.() === 0 ? [encloseWith([]), encloseWith(AS_OWN_ROOT)] : [encloseWith(AS_OWN_ROOT)];
  const refusals: string[] = [];
  for (const way of ways) {
    const refusal = await tryOut(way);
    if (refusal === undefined) return way;
    refusals.push(refusal);
  }
  throw new NetproofError(
    'sandbox-failed',
    `this machine does not permit the sandbox: ${refusals.join('; ')}`,
    {
      hint: await permissionHint(),
    },
  );
}

function encloseWith(extra: readonly string[]): Enclose {
  return (command) => ['unshare', ...extra, ...NAMESPACES, '--', 'sh', '-c', PRIVATE_RUN, 'sh', ...command];
}

async function checkTools(): Promise<void> {
  const found = await Promise.all(TOOLS.map(isInstalled));
  const missing = TOOLS.filter((_tool, at) => found[at] === false);
  if (missing.length === 0) return;
  throw new NetproofError('sandbox-failed', `the sandbox needs ${missing.join(', ')}`, { hint: INSTALL });
}

async function isInstalled(tool: string): Promise<boolean> {
  const tried = TOOL_PATH.split(':').map((folder) => access(join(folder, tool), constants.X_OK));
  return Promise.any(tried).then(
    () => true,
    () => false,
  );
}

/** What was said against it; undefined if it works. */
async function tryOut(enclose: Enclose): Promise<string | undefined> {
  const [command = '', ...args] = enclose(['sh', '-c', TRIAL]);
  const env = { ...process.env, PATH: TOOL_PATH };
  try {
    await promisify(execFile)(command, args, { env, timeout: TRIAL_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    const { stderr } = error as { readonly stderr?: unknown };
    return typeof stderr === 'string' && stderr !== '' ? stderr.trim().replaceAll('\n', ' ') : String(error);
  }
}

/** The switches with which kernels and distributions forbid user namespaces. */
const SWITCHES = [
  { file: 'user/max_user_namespaces', forbids: '0', command: 'sysctl user.max_user_namespaces=10000' },
  {
    file: 'kernel/unprivileged_userns_clone',
    forbids: '0',
    command: 'sysctl kernel.unprivileged_userns_clone=1',
  },
  {
    file: 'kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    command: 'sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  },
] as const;

async function permissionHint(): Promise<string> {
  for (const { file, forbids, command } of SWITCHES) {
    const value = await readFile(`/proc/sys/${file}`, 'utf8').catch(() => '');
    if (value.trim() === forbids) return `${command} (user namespaces are forbidden here), or run as root`;
  }
  return 'run as root; in a container, start it with --privileged';
}

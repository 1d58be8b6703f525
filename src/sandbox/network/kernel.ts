/** Runs the kernel's own tools: `ip`, `nft`, `nsenter`. */
import { spawn } from 'node:child_process';

/** Where `ip netns` keeps the namespaces' names; on the sandbox's private tmpfs. */
export function netnsPath(name: string): string {
  return `/run/netns/${name}`;
}

/** The command line that runs `command` in that network namespace. (`ip -n` also makes a mount namespace: 3 ms.) */
export function inNetns(netns: string, command: readonly string[]): readonly string[] {
  return ['nsenter', `--net=${netns}`, ...command];
}

/** Runs a command line with that text on its stdin; rejects with what it wrote to stderr if it fails. */
export function run(commandLine: readonly string[], input = ''): Promise<void> {
  const [command = '', ...args] = commandLine;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // A command that ends without reading its input is told from its exit code, not from EPIPE.
    child.stdin.on('error', () => {}).end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${commandLine.join(' ')}: ${stderr.trim() || `ended with ${code ?? signal}`}`));
    });
  });
}

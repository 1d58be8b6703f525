/** Pods of a sandbox that an ordinary user started: all of it inside a user namespace. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ApiLab, phase, script } from './api-lab.ts';

const PROGRAM = fileURLToPath(new URL('./network-sandbox.js', import.meta.url));
const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

async function startAsNobody(): Promise<ApiLab> {
  const parent = spawn('setpriv', [...AS_NOBODY, process.execPath, PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(parent, 'exit');
  const [started] = (await Promise.race([once(parent, 'message'), ended])) as [
    { readonly server: string; readonly kubeconfigPath: string },
  ];
  return new ApiLab({
    ...started,
    kubeconfig: await readFile(started.kubeconfigPath, 'utf8'),
    close: async () => {
      parent.send('close');
      await ended;
    },
  });
}

(process.getuid?.() === 0 ? describe : describe.skip)('an ordinary user', () => {
  let lab: ApiLab;
  beforeAll(async () => {
    lab = await startAsNobody();
  });
  afterAll(() => lab.close());

  test('has pods with their own name, files and address, that reach the outside by name', async () => {
    const code = `const fs = require('fs');
      require('http').get('http://www.example.com', { agent: false }, ({ statusCode }) => console.log(JSON.stringify({
        statusCode, pid: process.pid, host: require('os').hostname(), resolv: fs.readFileSync('/etc/resolv.conf', 'utf8') })))`;
    await lab.pod('default', 'facts', script(code));
    await lab.podWhen('default', 'facts', phase('Succeeded'));
    expect(JSON.parse(await lab.log('default', 'facts'))).toMatchObject({
      statusCode: 200,
      pid: 1,
      host: 'facts',
      resolv: expect.stringContaining('nameserver 10.96.0.10'),
    });
  });
});

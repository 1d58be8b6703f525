/** The sandbox's daemon as a process: its namespaces, its socket, its ends. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { DaemonProcess } from '../../src/sandbox/daemon-process.ts';
import { checkHost } from '../../src/sandbox/host.ts';

const PROGRAM = new URL('./network-daemon.js', import.meta.url);
let daemon: DaemonProcess;
let handle: Server;

beforeEach(async () => {
  daemon = new DaemonProcess(await checkHost(), PROGRAM);
  handle = createServer().listen(0, '127.0.0.1');
  await once(handle, 'listening');
});
afterEach(async () => {
  handle.close();
  await daemon.end();
});

const begin = (act: string) =>
  ({ type: 'start', options: { nodes: [act], cni: 'healthy' }, token: 't' }) as const;

describe('the daemon', () => {
  test('answers outside on the socket it was given, from namespaces of its own, until it is ended', async () => {
    const url = `http://127.0.0.1:${(handle.address() as AddressInfo).port}`;
    await expect(daemon.ask(begin('ready'), 'ready', { handle })).resolves.toEqual({
      type: 'ready',
      ca: 'pem',
    });
    handle.close();
    const response = await fetch(url, { headers: { connection: 'close' } });
    expect(await response.json()).toEqual({ pid: 1, interfaces: [] });
    await expect(daemon.ask({ type: 'cni', cni: 'none' }, 'cni')).resolves.toMatchObject({ cni: 'none' });
    await daemon.end();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('says why it cannot start', async () => {
    await expect(daemon.ask(begin('failed'), 'ready', { handle })).rejects.toMatchObject({
      code: 'sandbox-failed',
      message: 'no room',
    });
  });

  test('is quoted when it breaks', async () => {
    await expect(daemon.ask(begin('crash'), 'ready', { handle })).rejects.toMatchObject({
      code: 'sandbox-failed',
      message: expect.stringContaining('this is how it broke'),
    });
  });

  test('is not waited for after an abort', async () => {
    const interrupt = new AbortController();
    const asked = expect(
      daemon.ask(begin('hang'), 'ready', { handle, signal: interrupt.signal }),
    ).rejects.toMatchObject({
      code: 'interrupted',
    });
    interrupt.abort();
    await asked;
  });
});

import { type Detector, unclear } from '../detector.ts';

/** netproof's own: its nodes name it as their container runtime. */
export const sandbox: Detector = {
  id: 'netproof-sandbox',
  name: "netproof's embedded cluster",
  traces: ({ nodes }) =>
    nodes
      .filter(({ runtime }) => runtime.startsWith('netproof://'))
      .map(({ name, runtime }) => `node ${name}: container runtime ${runtime}`)
      .slice(0, 1),
  describe: () =>
    unclear('a cluster inside this machine, not yours; what it enforces was chosen when it was started'),
};

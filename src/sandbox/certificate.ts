/** The API server's certificate: its own authority, made anew at every start. */
import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
}

const NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const DAY_MS = 86_400_000;

/** `ips` are the addresses that clients use. Valid for a year, and from yesterday, so that clocks may differ. */
export async function makeCertificate(ips: readonly string[], now: number): Promise<Certificate> {
  const { private: key, cert: certificate } = await generate(
    [{ name: 'commonName', value: 'netproof-sandbox' }],
    {
      keyType: 'ec',
      algorithm: 'sha256',
      notBeforeDate: new Date(now - DAY_MS),
      notAfterDate: new Date(now + 365 * DAY_MS),
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            ...NAMES.map((value) => ({ type: 2 as const, value })),
            ...ips.map((ip) => ({ type: 7 as const, ip })),
          ],
        },
      ],
    },
  );
  return { key, certificate };
}

import { generate } from 'selfsigned';

/** A self-signed certificate for listeners that serve https, one per run; PEM. */
export async function generateCertificate(commonName: string): Promise<{ key: string; cert: string }> {
  const pems = await generate([{ name: 'commonName', value: commonName }], { keyType: 'ec' });
  return { key: pems.private, cert: pems.cert };
}

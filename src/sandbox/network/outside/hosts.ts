/** What lies outside the cluster: documentation addresses (RFC 5737) behind example names (RFC 2606), and metadata. */

export interface OutsideHost {
  readonly name: string;
  readonly ip: string;
}

/** Each answers HTTP on TCP 80, HTTPS on TCP 443 and datagrams on UDP 123. */
export const OUTSIDE_HOSTS: readonly OutsideHost[] = [
  { name: 'www.example.com', ip: '203.0.113.10' },
  { name: 'updates.example.org', ip: '203.0.113.20' },
  { name: 'api.partner.example', ip: '198.51.100.7' },
];

/** The cloud's metadata address: HTTP on TCP 80, with nothing to steal. */
export const METADATA_IP = '169.254.169.254';

export const OUTSIDE_ADDRESSES: readonly string[] = [...OUTSIDE_HOSTS.map((host) => host.ip), METADATA_IP];

/** Files of an evidence folder that are about the others. */
export const SUMS = 'SHA256SUMS';
export const SIGNATURE = 'SHA256SUMS.sig';
export const SIGNER = 'signer.pem';

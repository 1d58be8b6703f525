/** How a nonce travels: the words that prober and listener exchange. */

const NONCE = '[A-Za-z0-9.]{1,64}';
const GREETING = new RegExp(`^netproof (${NONCE})\\r?\\n`);
const HELD = new RegExp(`^netproof\\+ (${NONCE})$`);
const HEADER_LINE = new RegExp(`\\r\\nx-netproof-nonce:[ \\t]*(${NONCE})[ \\t]*\\r\\n`, 'i');
/** A pod's name is a DNS subdomain. */
const SIGNATURE = /^[A-Za-z0-9.-]{1,253}(?=\r?\n)/;

/** HTTP header that carries the nonce. */
export const NONCE_HEADER = 'x-netproof-nonce';

/** What a prober says over TCP and UDP. */
export const greeting = (nonce: string): string => `netproof ${nonce}\n`;

/** What a prober says on a connection that stays open after the echo. */
export const heldGreeting = (nonce: string): string => `netproof+ ${nonce}\n`;

/** The nonces of such greetings in whole lines; undefined if there is anything else. */
export function heldGreetings(text: string): readonly string[] | undefined {
  const nonces = text
    .trimEnd()
    .split('\n')
    .map((line) => HELD.exec(line)?.[1]);
  return nonces.every((nonce) => nonce !== undefined) ? nonces : undefined;
}

/** The nonce of a greeting; undefined if it is not one. */
export const greeted = (text: string): string | undefined => GREETING.exec(text)?.[1];

/** The nonce in a request's head; undefined if it has none or a malformed one. */
export const headerNonce = (head: string): string | undefined => HEADER_LINE.exec(head)?.[1];

/** A listener's answer, signed with its id. */
export const echo = (nonce: string, id: string): string => `netproof ${nonce} ${id}\n`;

/** Who signed the echo of our nonce in `text`; undefined if it isn't (completely) there. */
export function echoedBy(text: string, nonce: string): string | undefined {
  const start = `netproof ${nonce} `;
  const at = text.indexOf(start);
  return at < 0 ? undefined : SIGNATURE.exec(text.slice(at + start.length, at + start.length + 256))?.[0];
}

/** Names, labels and numbers as apimachinery's validation package judges them. */
import { type FieldError, invalidValue } from './field.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const labelPattern = new RegExp(`^${LABEL}$`);
const label1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const subdomainPattern = new RegExp(`^${SUBDOMAIN}$`);
const qualifiedPattern = new RegExp(`^${QUALIFIED}$`);

const LABEL_TEXT = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;
const LABEL_1035_TEXT = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`;
const SUBDOMAIN_TEXT = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN.replaceAll('\\\\', '\\')}')`;
const QUALIFIED_TEXT = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`;
const VALUE_TEXT = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${QUALIFIED})?')`;

const tooLong = (max: number): string => `must be no more than ${max} characters`;

/** A judge of one string: undefined, or what is wrong with it. */
export type NameCheck = (value: string) => string | undefined;

export const dnsLabel: NameCheck = (value) =>
  value.length > 63 ? tooLong(63) : labelPattern.test(value) ? undefined : LABEL_TEXT;

export const dns1035Label: NameCheck = (value) =>
  value.length > 63 ? tooLong(63) : label1035Pattern.test(value) ? undefined : LABEL_1035_TEXT;

export const dnsSubdomain: NameCheck = (value) =>
  value.length > 253 ? tooLong(253) : subdomainPattern.test(value) ? undefined : SUBDOMAIN_TEXT;

/** RBAC and a few more kinds: anything that fits a path segment. */
export const pathSegment: NameCheck = (value) =>
  value === '.' || value === '..'
    ? `may not be '${value}'`
    : /[/%]/.test(value)
      ? `may not contain '${value.includes('/') ? '/' : '%'}'`
      : undefined;

/** A label or annotation key: `[prefix/]name`. */
export const qualifiedName: NameCheck = (value) => {
  const parts = value.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2)
    return `a qualified name ${QUALIFIED_TEXT.replace('name part ', '')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  if (parts.length === 2) {
    if (parts[0] === '') return 'prefix part must be non-empty';
    const wrong = dnsSubdomain(parts[0] ?? '');
    if (wrong) return `prefix part ${wrong}`;
  }
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return `name part ${tooLong(63)}`;
  return qualifiedPattern.test(name) ? undefined : QUALIFIED_TEXT;
};

export const labelValue: NameCheck = (value) =>
  value.length > 63 ? tooLong(63) : value === '' || qualifiedPattern.test(value) ? undefined : VALUE_TEXT;

/** IANA service names: container and Service port names. */
export const portName: NameCheck = (value) => {
  if (value.length > 15) return 'must be no more than 15 characters';
  if (!/^[-a-z0-9]+$/.test(value))
    return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';
  if (!/[a-z]/.test(value)) return 'must contain at least one letter (a-z)';
  if (value.includes('--')) return 'must not contain consecutive hyphens';
  if (value.startsWith('-') || value.endsWith('-')) return 'must not begin or end with a hyphen';
  return undefined;
};

export const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;

export const PORT_RANGE = 'must be between 1 and 65535, inclusive';

export const checkPort = (value: unknown, field: string): FieldError[] =>
  isPort(value) ? [] : [invalidValue(field, value, PORT_RANGE)];

/** A required text that is missing is empty, as in Go. */
export const checkName = (check: NameCheck, value: string | undefined, field: string): FieldError[] => {
  const wrong = check(value ?? '');
  return wrong === undefined ? [] : [invalidValue(field, value ?? '', wrong)];
};

/** Building blocks of the scenario's JSON Schema. `patternErrorMessage` is shown by editors and by our own issues. */
import type { AnySchemaObject } from 'ajv';
import { DURATION_PATTERN } from './durations.ts';

const DNS_LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';

export const name: AnySchemaObject = {
  title: 'name',
  type: 'string',
  pattern: `^${DNS_LABEL}$`,
  patternErrorMessage:
    'is not a name: use up to 63 lower-case letters, digits and "-", with a letter or digit at both ends',
};

export const subdomain: AnySchemaObject = {
  title: 'name',
  type: 'string',
  maxLength: 253,
  pattern: `^${DNS_LABEL}(\\.${DNS_LABEL})*$`,
  patternErrorMessage:
    'is not a name: use lower-case letters, digits, "-" and ".", with a letter or digit at both ends',
};

export const serviceName: AnySchemaObject = {
  title: 'service',
  type: 'string',
  pattern: `^${DNS_LABEL}\\.${DNS_LABEL}$`,
  patternErrorMessage: 'does not name a Service: write name.namespace',
};

export const likeReference: AnySchemaObject = {
  title: 'reference',
  type: 'string',
  pattern: `^(deployment|statefulset|daemonset|replicaset|job|cronjob|pod)/${DNS_LABEL}(\\.${DNS_LABEL})*$`,
  patternErrorMessage:
    'does not name a workload to copy: write kind/name with deployment, statefulset, daemonset, replicaset, job, cronjob or pod',
};

// The syntax of label keys and values that the API server checks (apimachinery, IsQualifiedName, IsValidLabelValue).
const LABEL_NAME = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';

export const labels: AnySchemaObject = {
  type: 'object',
  propertyNames: {
    title: 'label key',
    maxLength: 317,
    pattern: `^(${DNS_LABEL}(\\.${DNS_LABEL})*/)?${LABEL_NAME}$`,
    patternErrorMessage:
      'is not a label key: up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends, perhaps behind a prefix as in example.com/tier',
  },
  additionalProperties: {
    title: 'label value',
    type: 'string',
    pattern: `^(${LABEL_NAME})?$`,
    patternErrorMessage:
      'is not a label value: up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends',
  },
};

export const listenPort: AnySchemaObject = {
  title: 'port',
  type: 'string',
  pattern: '^(tcp|udp|http|https)/[0-9]{1,5}$',
  patternErrorMessage: 'is not a port: write tcp, udp, http or https, "/" and a number, as in tcp/8080',
};

/** IANA service name, as Kubernetes validates container port names (apimachinery, IsValidPortName). */
export const portName: AnySchemaObject = {
  title: 'port name',
  type: 'string',
  maxLength: 15,
  pattern: '^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$',
  patternErrorMessage: 'is not a port name: lower-case letters, digits and single "-", with a letter',
};

export const rulePort: AnySchemaObject = {
  title: 'port',
  type: 'string',
  pattern: '^((tcp|udp|http|https|dns)/[0-9]{1,5}|dns|all)$',
  patternErrorMessage:
    'is not a port: write tcp, udp, http, https or dns, "/" and a number, as in tcp/8080, or all',
};

export const duration: AnySchemaObject = {
  title: 'duration',
  type: 'string',
  pattern: DURATION_PATTERN,
  patternErrorMessage: 'is not a duration: write a number and ms, s or m, as in 500ms',
};

export const quantity: AnySchemaObject = {
  title: 'quantity',
  type: 'string',
  pattern: '^[0-9]{1,12}(\\.[0-9]{1,9})?(m|k|Ki|M|Mi|G|Gi)?$',
  patternErrorMessage: 'is not a quantity: write it as Kubernetes does, as in 100m or 96Mi',
};

export const path: AnySchemaObject = {
  title: 'path',
  type: 'string',
  maxLength: 2000,
  pattern: '^/[\\x21-\\x7e]*$',
  patternErrorMessage: 'is not a request path: begin with "/" and use no spaces',
};

export const selectorList = (description: string): AnySchemaObject => ({
  description,
  type: ['string', 'array'],
  minLength: 1,
  minItems: 1,
  items: { type: 'string', minLength: 1 },
  examples: ['web', ['web', 'api'], '*', ['*', '!db']],
});

export const portList = (description: string): AnySchemaObject => ({
  description,
  type: ['string', 'array'],
  minLength: 1,
  minItems: 1,
  items: rulePort,
  examples: ['all', 'tcp/8080', ['tcp/8080', 'udp/5353'], 'dns'],
});

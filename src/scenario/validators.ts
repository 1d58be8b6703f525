/**
 * The validators that nearly every command needs, compiled when they are first asked for. `build.js` writes a file of
 * the same exports over this one's output, with what ajv compiles here: so a command need not load ajv at all.
 */
import type { ValidateFunction } from 'ajv';
import { validatorFor } from './ajv.ts';
import { policySchema } from './policy-schema.ts';
import { scenarioSchema } from './schema.ts';

let ofScenario: ValidateFunction | undefined;
let ofPolicy: ValidateFunction | undefined;

export const scenarioValidator = (): ValidateFunction => (ofScenario ??= validatorFor(scenarioSchema));
export const policyValidator = (): ValidateFunction => (ofPolicy ??= validatorFor(policySchema));

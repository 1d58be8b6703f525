/** ajv as all schemas here are compiled by it. Loading and compiling take longer than reading a scenario. */
import type { AnySchemaObject, CodeOptions, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** That the schemas are valid is for tests to show: checking it on every start would take as long as compiling. */
export function newAjv(code: CodeOptions = {}): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    validateSchema: false,
    code,
  });
  return ajv.addVocabulary(['patternErrorMessage', 'errorMessage']);
}

export function validatorFor(schema: AnySchemaObject): ValidateFunction {
  return newAjv().compile(schema);
}

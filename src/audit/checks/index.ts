/** The checks in the order in which they are told; adding one is one file and one line here. */
import type { Check } from '../check.ts';
import { changeControl } from './change-control.ts';
import { connectivity } from './connectivity.ts';
import { criticalNamespaces } from './critical-namespaces.ts';
import { deadRules } from './dead-rules.ts';
import { defaultDeny } from './default-deny.ts';
import { enforcement } from './enforcement.ts';
import { intendedMatrix } from './intended-matrix.ts';
import { inventory } from './inventory.ts';
import { manualEdits } from './manual-edits.ts';
import { namespaceCoverage } from './namespace-coverage.ts';
import { overPermissive } from './over-permissive.ts';
import { podCoverage } from './pod-coverage.ts';

export const CHECKS: readonly Check[] = [
  enforcement,
  inventory,
  criticalNamespaces,
  intendedMatrix,
  overPermissive,
  deadRules,
  namespaceCoverage,
  podCoverage,
  connectivity,
  changeControl,
  manualEdits,
  defaultDeny,
];

const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

const project = (name) => ({
  ...common,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
});

// Unit and property tests are pure; integration runs real packets on the embedded cluster.
// The e2e suite needs a cluster of its own: `npm run test:e2e` (see test/e2e/README.md).
const projects = process.env.NETPROOF_TESTS === 'e2e' ? ['e2e'] : ['unit', 'property', 'integration'];

export default {
  projects: projects.map(project),
  testTimeout: 30_000,
};

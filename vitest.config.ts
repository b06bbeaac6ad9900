import { defineConfig } from 'vitest/config';

/** Where CI wants the counts. */
const json = process.env['VITEST_JSON'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more workers only make the servers under test slower.
    maxWorkers: 2,
    // Of the AWS SDK, on Node 20.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    unstubEnvs: true,
    restoreMocks: true,
    reporters: json === undefined || json === '' ? ['default'] : ['default', ['json', { outputFile: json }]],
  },
});

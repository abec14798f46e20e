import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 20_000,
    // tests of real processes meet a busy machine there; what needed its second try is marked in the report
    retry: process.env.CI ? 1 : 0,
    // what functions log in passing would bury a failure
    env: { LOG_LEVEL: 'error' },
    unstubEnvs: true,
  },
});

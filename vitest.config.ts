import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 20_000,
    // what functions log in passing would bury a failure
    env: { LOG_LEVEL: 'error' },
    unstubEnvs: true,
  },
});

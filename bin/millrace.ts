import { main } from '../cli/main.ts';

// the reader of a pipe left, as in `millrace logs --follow | head`
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
// progress that nobody reads must not end the work
process.stderr.on('error', () => {});

process.exitCode = await main(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
});

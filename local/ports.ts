import { createServer, type Server } from 'node:net';
import { LocalSetupError } from './errors.ts';

export const HOST = '127.0.0.1';
export const DEFAULT_PORT = 4566;
const ATTEMPTS = 50;

/** Listens on `wanted` or, if that is taken, on the next free port of `attempts`. @returns the port it got */
export async function listenNear(server: Server, wanted: number, attempts: number = ATTEMPTS): Promise<number> {
  for (let port = wanted; port < wanted + attempts; port += 1) {
    if (await tryListen(server, port)) return (server.address() as { port: number }).port;
  }
  const taken = attempts === 1 ? `port ${wanted} is` : `the ports ${wanted} to ${wanted + attempts - 1} are all`;
  throw new LocalSetupError(`${taken} taken by something else: name another with --port`);
}

function tryListen(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen(port, HOST);
  });
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await tryListen(server, port);
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenNear(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

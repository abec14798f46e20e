import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, listenNear } from '../../local/ports.ts';

describe('choosing a port', () => {
  const servers: Server[] = [];
  const server = () => {
    const made = createServer();
    servers.push(made);
    return made;
  };
  afterEach(async () => {
    for (const made of servers.splice(0)) await new Promise((resolve) => made.close(resolve));
  });
  async function takenPort(): Promise<number> {
    const taken = server();
    const port = await freePort();
    taken.listen(port, '127.0.0.1');
    await once(taken, 'listening');
    return port;
  }

  it('takes the wanted port when it is free', async () => {
    const wanted = await freePort();
    expect(await listenNear(server(), wanted)).toBe(wanted);
  });

  it('takes a later one when something else listens there', async () => {
    const wanted = await takenPort();
    expect(await listenNear(server(), wanted)).toBeGreaterThan(wanted);
  });

  it('names the port when it may take no other', async () => {
    const wanted = await takenPort();
    const message = `port ${wanted} is taken by something else: name another with --port`;
    await expect(listenNear(server(), wanted, 1)).rejects.toThrow(message);
  });
});

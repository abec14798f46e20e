import { InvalidInputError } from '../../domain/common-errors.ts';
import { typescriptTypes } from '../../domain/inference/typescript-types.ts';
import { ModelVersion, Traffic } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo, RegistryApiError, type RegistryClient } from '../registry-client.ts';
import { versionNumber } from '../registry-lists.ts';

export const client: Command = {
  name: 'client',
  summary: 'Print TypeScript types of a model, for millrace/client',
  usage: 'client <model> [--version <n>] [> model.ts]',
  details: '--version is the one whose rows the types are of (default the one with most traffic).',
  options: { ...apiOptions, version: { type: 'string' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [name = ''] = context.positionals;
    const { version: asked } = context.options;
    const registry = connect(context);
    const number = typeof asked === 'string' ? versionNumber(asked) : await servedVersion(registry, name);
    const { version, signature } = await registry.get(pathTo('models', name, 'versions', number), ModelVersion);
    const source = typescriptTypes({ name, version, signature });
    context.print({ model: name, version, source }, source);
    return EXIT_OK;
  },
};

/** @throws InvalidInputError while nothing serves the model */
async function servedVersion(registry: RegistryClient, name: string): Promise<number> {
  const traffic = await registry.get(pathTo('models', name, 'traffic'), Traffic).catch((error: unknown) => {
    if (error instanceof RegistryApiError && error.status === 404) return undefined;
    throw error;
  });
  const heaviest = traffic?.routes.reduce((best, route) => (route.weight > best.weight ? route : best));
  if (heaviest) return heaviest.version;
  throw new InvalidInputError([`nothing serves ${name}: name a version with --version`]);
}

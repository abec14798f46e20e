import { modelSpecJsonSchema } from '../../domain/spec/json-schema.ts';
import { type Command, EXIT_OK } from '../command.ts';

export const specSchema: Command = {
  name: 'spec schema',
  summary: 'Print the JSON Schema of a model spec, for editors',
  usage: 'spec schema',
  details:
    'The same as schema/model-spec.schema.json. A spec names it in its first line: # yaml-language-server: $schema=<path>',
  run: async (context) => {
    const schema = modelSpecJsonSchema();
    context.print(schema, JSON.stringify(schema, null, 2));
    return EXIT_OK;
  },
};

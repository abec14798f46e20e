import { type Command, EXIT_OK } from './command.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'Live the whole life of a model on the local platform: flights and their delays',
  usage: 'demo [--keep] [--small] [--targets]',
  details:
    'Starts the platform, trains on six weeks of US flights, serves later weeks, retrains when delays drift, and takes a bad challenger back.\n--keep leaves everything running to explore; --small uses a fifth of the data; --targets serves the model from every\ntarget as well, through every protocol.',
  options: { keep: { type: 'boolean' }, small: { type: 'boolean' }, targets: { type: 'boolean' } },
  run: async ({ dir, options, json, io, print, progress }) => {
    const { tellStory } = await import('../examples/flights/demo/story.ts');
    const { narrator } = await import('../examples/flights/demo/narrator.ts');
    const { tellEnding } = await import('../examples/flights/demo/ending.ts');
    const tell = narrator(json ? io.stderr : io.stdout);
    const keep = options.keep === true;
    const chosen = { keep, small: options.small === true, targets: options.targets === true };
    const result = await tellStory({ dir, io, ...chosen, tell, progress });
    tellEnding(result, keep, tell);
    if (json) print(result, '');
    return EXIT_OK;
  },
};

import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UsageError } from './command.ts';

/**
 * Where to write what is made of each of several inputs: the file that an option names, or in the folder it names a file
 * called like the input.
 *
 * @param option for messages: `--report`
 * @param ending of a file in a folder: `.html`
 * @returns absolute paths in the order of the inputs
 * @throws UsageError if an output would stand for two inputs, or overwrite something that is read
 */
export function outputFiles(
  option: string,
  value: string,
  ending: string,
  { inputs, read, cwd }: { readonly inputs: readonly string[]; readonly read: readonly string[]; readonly cwd: string },
): string[] {
  const path = resolve(cwd, value);
  const isFolder = /[/\\]$/.test(value) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder && inputs.length > 1)
    throw new UsageError(`${option} must name a folder for ${inputs.length} files, such as ${value}/`);
  const outputs = inputs.map((input) => (isFolder ? join(path, `${basename(input)}${ending}`) : path));
  const taken = new Set(read.map((file) => resolve(cwd, file)));
  for (const [i, output] of outputs.entries()) {
    if (taken.has(output))
      throw new UsageError(`${option} would overwrite ${output}, which is read or written already`);
    const twin = outputs.indexOf(output);
    if (twin !== i)
      throw new UsageError(`${option}: ${inputs[twin]} and ${inputs[i]} have one name; judge them one by one`);
  }
  return outputs;
}

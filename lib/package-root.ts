import { existsSync } from 'node:fs';

/** Folder of Millrace's package.json: one up from the sources, two up from the compiled form. */
export function packageRoot(): URL {
  for (const up of ['../', '../../']) {
    const folder = new URL(up, import.meta.url);
    if (existsSync(new URL('package.json', folder))) return folder;
  }
  throw new Error(`no package.json above ${import.meta.dirname}`);
}

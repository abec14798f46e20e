import { LocalSetupError } from '../../local/errors.ts';
import { findPython } from '../../local/python-finder.ts';

/** Why there is nothing to compare with. */
export type Missing = { readonly missing: string };

export async function anyPython(): Promise<string | Missing> {
  try {
    return (await findPython()).executable;
  } catch (error) {
    if (error instanceof LocalSetupError) return { missing: error.message };
    throw error;
  }
}

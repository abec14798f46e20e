import * as z from 'zod';
import { Profile } from './profile.ts';

/** A profile as a file that people keep: the bins of a reference, or a window counted over them. */
export const ProfileFile = Profile.extend({
  schemaVersion: z.literal(1),
  kind: z.literal('millrace-profile'),
});
export type ProfileFile = z.infer<typeof ProfileFile>;

export const profileFile = ({ rows, columns }: Profile): ProfileFile => ({
  schemaVersion: 1,
  kind: 'millrace-profile',
  rows,
  columns,
});

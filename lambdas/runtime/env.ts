import * as z from 'zod';

/** The environment a construct must give a function: every key of its schema that has no default. */
export type EnvVars<S extends z.ZodObject> = {
  [K in keyof z.input<S> as undefined extends z.input<S>[K] ? never : K]: string;
} & { [K in keyof z.input<S> as undefined extends z.input<S>[K] ? K : never]?: string };

/** @throws Error naming every variable that is missing or wrong; empty strings count as missing */
export function parseEnv<S extends z.ZodObject>(schema: S, source: NodeJS.ProcessEnv = process.env): z.infer<S> {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`environment: ${problems.join('; ')}`);
}

/** What every function has. */
export const BaseEnv = z.object({ LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info') });

/** What a function has that starts batches. */
export const BatchStarterEnv = z.object({
  LAKE_BUCKET_NAME: z.string(),
  LANDING_BUCKET_NAME: z.string(),
  BATCH_STATE_MACHINE_ARN: z.string(),
  /** Separated by commas. */
  BATCH_INPUT_BUCKETS: z.string().default(''),
});

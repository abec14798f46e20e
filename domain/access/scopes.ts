/** What a token may let its holder do. `feedback` and `write` change something; each is granted apart from the others. */
export const ACTIONS = ['predict', 'feedback', 'read', 'write'] as const;
export type Action = (typeof ACTIONS)[number];

/** Models by name, or all there are and will be. */
export type Models = '*' | readonly string[];

/**
 * `millrace/<action>:<model>`, with `*` for every model. Cognito issues it as the scope `<action>:<model>` of the resource
 * server `millrace`, whose names it puts before a slash; any other issuer as it stands.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerScopeType.html
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3
 */
export const scopeFor = (action: Action, model: string): string => `millrace/${action}:${model}`;

const NAME = '[a-z][a-z0-9-]{0,31}';
const SCOPE = new RegExp(`^millrace/(${ACTIONS.join('|')}):(\\*|${NAME})$`);
const MODEL = new RegExp(`^${NAME}$`);

/** Whether a text could be the name of a model. */
export const isModelName = (text: string): boolean => MODEL.test(text);

/**
 * The scopes of a token: `scope` (RFC 9068), else `scp`, each a text with spaces or a list. Scopes of others are passed over.
 */
export function scopesOf(claims: Readonly<Record<string, unknown>>): string[] {
  const given = claims.scope ?? claims.scp;
  const listed = typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? given : [];
  return listed.filter((scope): scope is string => typeof scope === 'string' && SCOPE.test(scope));
}

/** The models for which one of the actions is granted. */
export function modelsFor(scopes: readonly string[], actions: readonly Action[]): Models {
  const models = new Set<string>();
  for (const scope of scopes) {
    const [, action, model] = SCOPE.exec(scope) ?? [];
    if (model === undefined || !actions.some((wanted) => wanted === action)) continue;
    if (model === '*') return '*';
    models.add(model);
  }
  return [...models];
}

export const covers = (models: Models, model: string): boolean => models === '*' || models.includes(model);

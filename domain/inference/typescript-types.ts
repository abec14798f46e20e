import type { Signature } from '../registry/entities.ts';

const TYPES = { BOOL: 'boolean', INT64: 'number', FP64: 'number', BYTES: 'string' } as const;

/** `flights-late` → `FlightsLate` */
const typeName = (model: string): string =>
  model
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

/** A name as a property is written; what is no identifier is quoted. */
const property = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** The rows that a version takes and what it answers for one, as a TypeScript module over `millrace/client`. */
export function typescriptTypes(model: {
  readonly name: string;
  readonly version: number;
  readonly signature: Signature;
}): string {
  const { name, version, signature } = model;
  const type = typeName(name);
  const row = signature.inputs.map(
    (field) => `  readonly ${property(field.name)}: ${TYPES[field.datatype]}${field.nullable ? ' | null' : ''};`,
  );
  const output = signature.outputs.map((field) => {
    const one = TYPES[field.datatype];
    return `  readonly ${property(field.name)}: ${field.name === 'probabilities' ? `readonly ${one}[]` : one};`;
  });
  const variable = type.slice(0, 1).toLowerCase() + type.slice(1);
  return [
    "import type { Client, ModelClient } from 'millrace/client';",
    '',
    `/** A row as version ${version} of ${name} takes it. */`,
    `export interface ${type}Row {`,
    ...row,
    '}',
    '',
    `/** What ${name} answers for a row. */`,
    `export interface ${type}Prediction {`,
    ...output,
    '}',
    '',
    `export const ${variable}Model = (client: Client): ModelClient<${type}Row, ${type}Prediction> =>`,
    `  client.model<${type}Row, ${type}Prediction>('${name}');`,
    '',
  ].join('\n');
}

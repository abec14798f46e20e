import { readFile } from 'node:fs/promises';

export interface Flight {
  readonly departure: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A tensor of the model's metadata: `GET /v2/models/<model>`. */
export interface InputField {
  readonly name: string;
  readonly datatype: string;
}

export interface InferRequest {
  readonly parameters: { readonly event_time?: string };
  readonly inputs: readonly { name: string; shape: number[]; datatype: string; data: unknown[] }[];
}

/** Reads a file that `prepareFlights` wrote; it quotes nothing. */
export async function readFlights(file: string): Promise<Flight[]> {
  const [header = '', ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const values = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
    return { departure: values.departure ?? '', values };
  });
}

/** No feature: tells flights apart for whoever monitors them. */
const CONTEXT: InputField = { name: 'haul', datatype: 'BYTES' };

/** What a request is about: the time its first flight leaves, or now. */
export type About = 'departure' | 'now';

/** One Open Inference Protocol request for a batch of flights. */
export function inferRequest(flights: readonly Flight[], fields: readonly InputField[], about: About): InferRequest {
  return {
    parameters: about === 'now' ? {} : { event_time: flights[0]?.departure ?? '' },
    inputs: [...fields, CONTEXT].map(({ name, datatype }) => ({
      name,
      datatype,
      shape: [flights.length],
      data: flights.map(({ values }) => cell(values[name] ?? '', datatype)),
    })),
  };
}

function cell(text: string, datatype: string): unknown {
  if (text === '') return null;
  return datatype === 'BYTES' ? text : Number(text);
}

export function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

import type { ValidationContext } from '../domain/contracts/context.ts';
import type { Judgement } from '../domain/contracts/judgement.ts';
import type { ModelSpec } from '../domain/spec/model-spec.ts';

export interface ValidateFileInput {
  readonly spec: ModelSpec;
  /** The file as it came, compressed or not. */
  readonly path: string;
  /** An empty folder for what is written on the way; its owner removes it. */
  readonly folder: string;
  readonly context: ValidationContext;
  /** @default 1,024 */
  readonly memoryLimitMb?: number;
  /** @default 2 */
  readonly threads?: number;
  /** Rows of an earlier judgement that a person lets pass: only what no type can hold is still set aside. */
  readonly release?: boolean;
  readonly onProgress?: (progress: { readonly step: string; readonly share?: number }) => void;
}

/** A judged file, while its database is open. */
export interface ValidatedFile {
  readonly judgement: Judgement;
  readonly sha256: string;
  readonly size: number;
  /** Parquet file in the folder, if rows were set aside. */
  readonly quarantine?: string;
  /** Writes the rows that were not set aside, typed, as Parquet; whatever the verdict. */
  writeData(path: string): Promise<void>;
}

/** Judges one file. `use` gets the result while the accepted rows can still be read. */
export type ValidateFile = <T>(input: ValidateFileInput, use: (file: ValidatedFile) => Promise<T>) => Promise<T>;

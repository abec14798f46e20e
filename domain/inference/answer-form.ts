import type { InferResponse } from './encode-response.ts';
import { predictionColumns, predictionCsv, predictionRows } from './encode-table.ts';

/** In what a face answers: tensors of the Open Inference Protocol, or a table in one of three forms. */
export const ANSWER_FORMS = ['tensors', 'rows', 'columns', 'csv'] as const;
export type AnswerForm = (typeof ANSWER_FORMS)[number];

/** What goes into the body, as JSON unless it is text. */
export function answerBody(form: AnswerForm, answer: InferResponse): unknown {
  switch (form) {
    case 'tensors':
      return answer;
    case 'rows':
      return { predictions: predictionRows(answer.outputs) };
    case 'columns':
      return { outputs: predictionColumns(answer.outputs) };
    case 'csv':
      return predictionCsv(answer.outputs);
  }
}

export const answerType = (form: AnswerForm): string => (form === 'csv' ? 'text/csv' : 'application/json');

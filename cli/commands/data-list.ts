import { DatasetVersion } from '../../domain/registry/entities.ts';
import { firstLine, relativeTime, shortDigest } from '../format.ts';
import { listCommand } from '../registry-lists.ts';

export const dataList = listCommand({
  noun: 'datasets',
  name: 'data list',
  summary: 'List the data set versions of a model',
  item: DatasetVersion,
  columns: (now) => [
    { title: 'DATASET', cell: ({ version }) => version },
    { title: 'VERDICT', cell: ({ verdict }) => verdict },
    { title: 'ROWS', cell: ({ rows }) => rows },
    { title: 'SET ASIDE', cell: ({ quarantinedRows }) => quarantinedRows },
    { title: 'FILE', cell: ({ source }) => source.key },
    { title: 'FROM', cell: ({ origin }) => origin && `${origin.kind} of ${origin.of}` },
    { title: 'SHA256', cell: ({ contentDigest }) => shortDigest(contentDigest) },
    { title: 'CAME', cell: ({ at }) => relativeTime(at, now) },
    { title: 'WHY', cell: ({ reasons }) => firstLine(reasons[0]?.message) },
  ],
});

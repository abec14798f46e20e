interface NaturalRange {
  readonly what: string;
  readonly name: RegExp;
  readonly min: number;
  readonly max: number;
}

const named = (words: string): RegExp => new RegExp(`(^|_)(${words})$`);

/** Ranges that names stand for, the narrower first. Names are compared in snake case. */
const RANGES: readonly NaturalRange[] = [
  { what: 'days of the week', name: named('day_of_week|dayofweek|weekday|dow'), min: 1, max: 7 },
  { what: 'days of the week', name: named('day_of_week|dayofweek|weekday|dow'), min: 0, max: 6 },
  { what: 'hours of a day', name: named('hour|hr|hour_of_day'), min: 0, max: 23 },
  { what: 'minutes and seconds', name: named('minute|second|minute_of_hour'), min: 0, max: 59 },
  { what: 'months', name: named('month|month_of_year'), min: 1, max: 12 },
  { what: 'quarters', name: named('quarter'), min: 1, max: 4 },
  { what: 'weeks of a year', name: named('week_of_year|iso_week'), min: 1, max: 53 },
  { what: 'days of a month', name: named('day_of_month'), min: 1, max: 31 },
  { what: 'days of a year', name: named('day_of_year'), min: 1, max: 366 },
  { what: 'shares', name: named('share|fraction|proportion|probability|prob'), min: 0, max: 1 },
  { what: 'percentages', name: named('percent|percentage|pct'), min: 0, max: 100 },
  { what: 'latitudes', name: named('lat|latitude'), min: -90, max: 90 },
  { what: 'longitudes', name: named('lon|lng|longitude'), min: -180, max: 180 },
];

/** The range a column's name stands for, if all of its values are in it. */
export function naturalRange(name: string, { min, max }: { min: number; max: number }): NaturalRange | undefined {
  const snake = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
  return RANGES.find((range) => range.name.test(snake) && min >= range.min && max <= range.max);
}

/** Some code units of a block and what they stand for. */
export interface Group {
  readonly end: number;
  readonly read: string;
}

/** The text so far does not tell. */
export const MORE = 'more';

export interface EvidenceFile {
  /** With `/`, within the folder. */
  readonly path: string;
  readonly content: string | Iterable<string>;
}

/** What a model has read, as far as the calls that it may make depend on that. */
export interface Flow {
  /** Text that neither the workload wrote nor the caller typed, or injection was detected. */
  readonly tainted: boolean;
  /** Data that policy calls private, or personal data or credentials in what a tool returned. */
  readonly isPrivate: boolean;
}

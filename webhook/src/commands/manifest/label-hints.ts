import { LABELS } from '../../inject/index.ts';
import { at, isObject, type JsonObject } from './pod-templates.ts';

/** Keys that were meant to be the label of injection: `llm-boundary/inject`, `llm-boundary.io/Inject`, `llm-boundary-injection`. */
const NEAR = /^llm[-_.]?boundary([.].*)?[-/]inject/i;

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

function aboutLabels(labels: unknown): readonly string[] {
  return entries(labels).flatMap(([key, value]) => {
    if (key !== LABELS.inject) {
      return NEAR.test(key)
        ? [`the label ${key} selects nothing: no boundary is injected. The label is ${LABELS.inject}.`]
        : [];
    }
    if (typeof value !== 'string') {
      return [
        `the label ${LABELS.inject} has the value ${JSON.stringify(value)}, which is no text: the API server refuses it. Expected "true".`,
      ];
    }
    return value === 'true' || value === 'false'
      ? []
      : [
          `the label ${LABELS.inject} has the value "${value}", which selects nothing: no boundary is injected. Expected "true".`,
        ];
  });
}

/**
 * Likely mistakes in the label of injection, one sentence each, as the admission policies of the chart report them (llm-boundary-hints). @param
 * pointers of the pod templates; '' is the document itself @param labelled whether its namespace is known to be labelled
 */
export function labelHints(
  document: JsonObject,
  pointers: readonly string[],
  labelled: boolean,
): readonly string[] {
  const places = [...new Set(['', ...pointers])];
  const labels = places.map((pointer) => at(document, `${pointer}/metadata/labels`));
  const isSet = (value: unknown): boolean => entries(value).some(([key]) => key === LABELS.inject);
  const annotated = places.some((pointer) =>
    entries(at(document, `${pointer}/metadata/annotations`)).some(([key]) => key === LABELS.inject),
  );
  const [own, ...templates] = labels;
  const misplaced =
    entries(own).some(([key, value]) => key === LABELS.inject && value === 'true') &&
    templates.some((each) => !isSet(each));
  return [
    ...new Set([
      ...labels.flatMap(aboutLabels),
      ...(annotated
        ? [`${LABELS.inject} is a label; as an annotation it selects nothing: no boundary is injected.`]
        : []),
      ...(misplaced && !labelled
        ? [
            `the label ${LABELS.inject} is on the workload, not on its pods: no boundary is injected. Set it in metadata.labels of the pod template.`,
          ]
        : []),
    ]),
  ];
}

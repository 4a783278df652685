import { z } from 'zod';

import { text } from './place.ts';
import { MAX_CONTAINERS, MAX_LABELS } from './pod-content.ts';

/** The members of a line that tell of a pod. */
export const containers = z.array(z.strictObject({ name: text, image: text })).max(MAX_CONTAINERS);
export const labels = z.array(z.strictObject({ name: text, value: text })).max(MAX_LABELS);
export const owner = z.strictObject({ kind: text, name: text }).nullable();

export const LABELS_TOLD = 'Labels of the pod, in the order of their names';
export const OWNER_TOLD =
  'The controller of the pod; of a ReplicaSet that a Deployment made (its name ends with the label `pod-template-hash` of the pod), the Deployment; null without one.';

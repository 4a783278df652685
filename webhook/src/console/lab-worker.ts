/** The thread of one run of the lab: `LabRuns` starts and ends it. */
import { parentPort, workerData } from 'node:worker_threads';

import { runLab, type LabTask } from './lab.ts';

parentPort?.postMessage(null);
parentPort?.postMessage(runLab(workerData as LabTask));

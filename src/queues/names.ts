/** The queues by name. Producers outside Picket may only write to `scanRun`. */
export const queueNames = {
  scanRun: 'scan-run',
  /** Chunks of scheduled runs. */
  scan: 'scan',
  /** Chunks of ad-hoc runs: a lane of their own, so that a sweep never starves a person. */
  scanAdHoc: 'scan-ad-hoc',
  publish: 'publish',
} as const;

export type QueueName = (typeof queueNames)[keyof typeof queueNames];

import { createHash } from 'node:crypto';

import type { LockedBucket, Version } from './locked-bucket.ts';
import type { S3Answer } from './s3-client.ts';

/** How long each object is retained by itself, beside the bucket's default of a day. */
export const RETAINED_HOURS = 48;

function retain(
  bucket: LockedBucket,
  { key, id }: Version,
  mode: 'COMPLIANCE' | 'GOVERNANCE',
  hours: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<S3Answer> {
  const until = inHours(hours);
  return bucket.send(key, {
    method: 'PUT',
    query: { retention: '', versionId: id },
    headers,
    body: `<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`,
  });
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

type Forbidden = readonly [
  name: string,
  status: number,
  action: (bucket: LockedBucket, version: Version) => Promise<S3Answer>,
];

const BYPASS = { 'x-amz-bypass-governance-retention': 'true' };

/** What the store must refuse while a version is locked, and the status of its answer. */
export function forbidden(): readonly Forbidden[] {
  return [
    [
      'delete a version',
      403,
      (bucket, { key, id }) => bucket.send(key, { method: 'DELETE', query: { versionId: id } }),
    ],
    [
      'delete it with the bypass of governance mode',
      403,
      (bucket, { key, id }) =>
        bucket.send(key, { method: 'DELETE', query: { versionId: id }, headers: BYPASS }),
    ],
    ['shorten its retention', 403, (bucket, version) => retain(bucket, version, 'COMPLIANCE', 1)],
    [
      'shorten it with the bypass',
      403,
      (bucket, version) => retain(bucket, version, 'COMPLIANCE', 1, BYPASS),
    ],
    [
      'weaken it to governance mode',
      403,
      (bucket, version) => retain(bucket, version, 'GOVERNANCE', RETAINED_HOURS, BYPASS),
    ],
    [
      'retain an object until a time in the past',
      400,
      (bucket) =>
        bucket.send('past', {
          method: 'PUT',
          body: 'x',
          headers: {
            'x-amz-object-lock-mode': 'COMPLIANCE',
            'x-amz-object-lock-retain-until-date': inHours(-1),
          },
        }),
    ],
    [
      'overwrite what must not be there yet',
      412,
      (bucket, { key }) => bucket.send(key, { method: 'PUT', body: 'x', headers: { 'if-none-match': '*' } }),
    ],
    [
      'put bytes that do not fit their checksum',
      400,
      (bucket) =>
        bucket.send('other', {
          method: 'PUT',
          body: 'x',
          headers: {
            'x-amz-checksum-sha256': createHash('sha256').update('y').digest('base64'),
          },
        }),
    ],
    [
      'suspend versioning',
      400,
      (bucket) =>
        bucket.send(null, {
          method: 'PUT',
          query: { versioning: '' },
          body: '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Suspended</Status></VersioningConfiguration>',
        }),
    ],
    ['delete the bucket', 409, (bucket) => bucket.send(null, { method: 'DELETE' })],
    ['read with another secret', 403, (bucket, { key }) => bucket.readAsStranger(key)],
    [
      'delete a version when the bucket has lost its default retention',
      403,
      async (bucket, { key, id }) => {
        await bucket.setDefault('');
        return bucket.send(key, { method: 'DELETE', query: { versionId: id } });
      },
    ],
  ];
}

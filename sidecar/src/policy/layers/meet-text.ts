import { meetAllow, meetEither, meetList, present, strictest, union } from './meet-parts.ts';
import { meetMedia, type MediaSetting } from './media.ts';
import type { PolicyDocument } from '../keys/schema.ts';

type Ingress = NonNullable<PolicyDocument['ingress']>;
type Egress = NonNullable<PolicyDocument['egress']>;

interface Setting {
  action: 'off' | 'allow' | 'redact' | 'block';
  mode: 'enforce' | 'observe';
}

/**
 * `off` (for media `allow`) asks for nothing, so the other layer decides alone; else the stricter action, the stricter mode, and for
 * the rest `both`. A document that redacts and enforces, met with one that observes blocking, blocks and enforces.
 */
function meetSetting<T extends Setting>(
  a: T | undefined,
  b: T | undefined,
  both?: (a: T, b: T) => Partial<T>,
): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (isOff(a)) return b;
  if (isOff(b)) return a;
  return {
    ...a,
    ...both?.(a, b),
    action: strictest('block', a.action, b.action),
    mode: strictest('enforce', a.mode, b.mode),
  };
}

function meetMediaSetting(a: MediaSetting, b: MediaSetting): MediaSetting {
  if (isOff(a)) return b;
  if (isOff(b)) return a;
  return { action: 'block', mode: strictest('enforce', a.mode, b.mode) };
}

function isOff({ action }: Setting): boolean {
  return action === 'off' || action === 'allow';
}

export function meetIngress(a: Ingress, b: Ingress): Ingress {
  return present({
    mode: strictest('enforce', a.mode, b.mode),
    injection: meetSetting(a.injection, b.injection, (x, y) => ({
      threshold: Math.min(x.threshold, y.threshold),
      untrusted: { threshold: Math.min(x.untrusted.threshold, y.untrusted.threshold) },
    })),
    secrets: meetSetting(a.secrets, b.secrets),
    pii: meetSetting(a.pii, b.pii, (x, y) => ({ entities: union(x.entities, y.entities) })),
    media: meetMedia(a.media, b.media, meetMediaSetting),
    rules: meetList(a.rules, b.rules),
  });
}

export function meetEgress(a: Egress, b: Egress): Egress {
  return present({
    mode: strictest('enforce', a.mode, b.mode),
    pii: meetSetting(a.pii, b.pii, (x, y) => ({ entities: union(x.entities, y.entities) })),
    secrets: meetSetting(a.secrets, b.secrets),
    promptLeak: meetSetting(a.promptLeak, b.promptLeak),
    documents: meetSetting(a.documents, b.documents, (x, y) => ({
      fingerprints: union(x.fingerprints, y.fingerprints),
    })),
    links: meetSetting(a.links, b.links, (x, y) =>
      present({ allowHosts: meetAllow(x.allowHosts, y.allowHosts) }),
    ),
    media: meetMedia(a.media, b.media, meetMediaSetting),
    rules: meetList(a.rules, b.rules),
    onBlock: meetEither(a.onBlock, b.onBlock, (x, y) => strictest('error', x, y)),
  });
}

import type { ForeignModule } from './modules.ts';

const YAML = /\.ya?ml$/;

/**
 * Sources of the foreign pods: all three modules are needed anyway, to build the cluster and Istio's injector. Of Pod Security's own test
 * data the oldest and the newest version: the others repeat them.
 */
export const CORPUS: readonly ForeignModule[] = [
  {
    path: 'istio.io/istio',
    version: 'v0.0.0-20260827124520-eed52ebb66ad',
    sum: 'h1:ui9TJjRMAV/hb5ehQaZDq7IUGxuQP6dra9lapT/VjHI=',
    folders: [
      // The pods as written, and as injected by Istio.
      { path: 'pkg/kube/inject/testdata/inject', files: /\.yaml(\.[A-Za-z.]*injected)?$/ },
      { path: 'pkg/config/analysis/analyzers/testdata', files: YAML },
      { path: 'samples', files: YAML },
    ],
  },
  {
    path: 'k8s.io/kubernetes',
    version: 'v1.36.4',
    sum: 'h1:08GT0ZOMtyCcRnslyvnpWurf1wm20KHbC/aRS+0LxSo=',
    folders: [
      { path: 'test/fixtures', files: YAML },
      { path: 'test/e2e/testing-manifests', files: YAML },
      { path: 'hack/testdata', files: YAML },
      { path: 'cluster/addons', files: YAML },
    ],
  },
  {
    path: 'k8s.io/pod-security-admission',
    version: 'v0.36.4',
    sum: 'h1:UlixGw5z6Hif+FxPD/viRY5TwYGpaVsqrFj3v7aJnzI=',
    folders: ['baseline', 'restricted'].flatMap((level) =>
      ['v1.0', 'v1.35'].map((version) => ({ path: `test/testdata/${level}/${version}`, files: YAML })),
    ),
  },
];

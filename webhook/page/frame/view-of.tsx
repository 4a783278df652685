import type { Session } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';

import { Empty } from '../parts/states.tsx';
import { Title } from '../parts/title.tsx';
import type { Route } from '../text/route.ts';
import { AuditView } from '../views/audit.tsx';
import { DecisionView } from '../views/decision.tsx';
import { DemoView } from '../views/demo.tsx';
import { FleetView } from '../views/fleet.tsx';
import { LabView } from '../views/lab.tsx';
import { PoliciesView } from '../views/policies.tsx';
import { PolicyView } from '../views/policy.tsx';
import { SearchView } from '../views/search.tsx';
import { WorkloadView } from '../views/workload.tsx';

/** Views of another object of the same kind begin anew: they have its name as their key. */
export function ViewOf({
  route,
  session,
}: {
  readonly route: Route;
  readonly session: Session;
}): JSX.Element {
  switch (route.view) {
    case 'start':
      return session.source === 'demo' ? <DemoView /> : <FleetView />;
    case 'fleet':
      return <FleetView />;
    case 'workload':
      return <WorkloadView key={`${route.namespace}/${route.kind}/${route.name}`} route={route} />;
    case 'decision':
      return <DecisionView key={route.id} route={route} />;
    case 'decisions':
      return <SearchView />;
    case 'policies':
      return <PoliciesView />;
    case 'policy':
      return <PolicyView key={`${route.namespace}/${route.name}/${route.asked ?? ''}`} route={route} />;
    case 'lab':
      return <LabView route={route} />;
    case 'audit':
      return <AuditView />;
    case 'demo':
      return <DemoView />;
    case 'lost':
      return (
        <>
          <Title text="There is no such page" />
          <Empty title="The address leads nowhere.">
            Go to the <a href="#/fleet">fleet</a>.
          </Empty>
        </>
      );
    default:
      return route satisfies never;
  }
}

import { render } from 'preact';

import { App } from './frame/app.tsx';

const root = document.getElementById('root');
if (root !== null) {
  root.textContent = '';
  render(<App />, root);
}

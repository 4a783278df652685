import { connect } from 'node:net';

/** Stands in for `pg_isready`: whether something listens where Postgres does. */
const socket = connect({ host: '127.0.0.1', port: 5432 });
socket.on('connect', () => process.exit(0));
socket.on('error', () => process.exit(2));

export { RecentExchanges } from './recent-exchanges.ts';

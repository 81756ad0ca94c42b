import { startNodeServer } from './node-server';

startNodeServer(process.argv.slice(2));

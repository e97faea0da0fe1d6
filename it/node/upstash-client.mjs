// The official client of Upstash against a server that speaks its protocol.
//   node upstash-client.mjs URL TOKEN    prints what it got as one line of JSON
import { Redis } from '@upstash/redis';

const [url, token] = process.argv.slice(2);
const redis = new Redis({ url, token });
const seen = {};

seen.set = await redis.set('plain', 'Grüße "an" 東京');
seen.get = await redis.get('plain');
seen.absent = await redis.get('absent');
seen.expire = await redis.set('short', '1', { ex: 60 });
seen.hset = await redis.hset('hash', { one: '1', two: 'zwei' });
seen.hgetall = await redis.hgetall('hash');
seen.hmget = await redis.hmget('hash', 'two', 'three');
seen.pipeline = await redis.pipeline().incr('count').incr('count').get('plain').exec();
seen.multi = await redis.multi().set('in', 'a transaction').get('in').hlen('hash').exec();
try {
  await redis.incr('plain');
} catch (error) {
  seen.error = error.message;
}
try {
  await new Redis({ url, token: 'wrong', retry: false }).get('plain');
} catch (error) {
  seen.login = error.message;
}
console.log(JSON.stringify(seen));

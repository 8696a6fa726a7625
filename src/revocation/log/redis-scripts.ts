/**
 * What the log does in Redis 7 or Valkey, each in one step. All keys are in one slot of a Cluster.
 *
 * The stream's own counters tell whether anybody but `REMOVE_EXPIRED` has deleted from it: XTRIM and
 * XDEL by others raise `entries-added - length` above what we have counted. So a stream that was
 * trimmed is never read over in silence.
 */

/** The stream of entries, each with one field `e`. */
export const STREAM = "{secure-token}:revocations";
/** A hash: `id`, unpredictable, of this log; `deleted`, how many entries we have deleted. */
export const META = "{secure-token}:revocations:log";
/** Where writers tell that they wrote. */
export const CHANNEL = "{secure-token}:revocations:hint";

/** KEYS: STREAM; ARGV: CHANNEL, then the entries. */
export const APPEND = `
for i = 2, #ARGV do redis.call('XADD', KEYS[1], '*', 'e', ARGV[i]) end
redis.call('PUBLISH', ARGV[1], '')
return #ARGV - 1`;

/**
 * KEYS: STREAM, META; ARGV: an id for a log that is new, the id of the last entry read or '-', how many.
 * Gives: log id, run id of the server, last generated id, entries that others deleted, whether the last
 * entry read is there (1 or 0), entries.
 *
 * The write also shows that this is the server that takes writes: what a replica holds may be old, and what one that has
 * lost its replicas holds may be. One whose memory or disk is full takes none of anybody's: what it holds is all there is.
 */
export const READ = `
local written = redis.pcall('HSETNX', KEYS[2], 'id', ARGV[1])
local id = redis.call('HGET', KEYS[2], 'id')
if type(written) == 'table' and written.err then
  local why = string.match(written.err, '%u+')
  if not id or (why ~= 'OOM' and why ~= 'MISCONF') then return written end
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local last, foreign = '0-0', 0
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  local by = {}
  for i = 1, #info, 2 do by[info[i]] = info[i + 1] end
  last = by['last-generated-id']
  foreign = by['entries-added'] - by['length'] - tonumber(redis.call('HGET', KEYS[2], 'deleted') or '0')
end
local from, there = '-', 0
if ARGV[2] ~= '-' then
  from = '(' .. ARGV[2]
  there = #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])
end
return { id, run, last, foreign, there, redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[3]) }`;

/**
 * KEYS: STREAM, META; ARGV: ids of expired entries. The last entry stays, since readers may stand
 * there. Gives how many were deleted.
 */
export const REMOVE = `
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if #newest == 0 then return 0 end
local deleted = 0
for i = 1, #ARGV do
  if ARGV[i] ~= newest[1][1] then deleted = deleted + redis.call('XDEL', KEYS[1], ARGV[i]) end
end
if deleted > 0 then redis.call('HINCRBY', KEYS[2], 'deleted', deleted) end
return deleted`;

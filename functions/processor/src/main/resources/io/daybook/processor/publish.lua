-- Writes an operation's status if it is newer than what is there, and wakes those who wait for its outcome. What nothing
-- can come after is newer than all else: an attempt that overlapped may have counted further.
-- KEYS[1] the operation, KEYS[2] the ledger's pending operations
-- ARGV version, status, 'done' or '', JSON, tenant, seconds to keep, id, 'final' or ''
if ARGV[3] ~= '' then
  redis.call('ZREM', KEYS[2], ARGV[7])
end
local before = redis.call('HMGET', KEYS[1], 'v', 's')
local status = before[2]
local ended = status == 'succeeded' or status == 'failed' or status == 'discarded'
local newer = tonumber(before[1] or '0') < tonumber(ARGV[1])
if ended ~= (ARGV[8] ~= '') then
  newer = not ended
end
if not newer then
  return 0
end
redis.call('HSET', KEYS[1], 't', ARGV[5], 'v', ARGV[1], 's', ARGV[2], 'd', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[6])
if ARGV[3] ~= '' then
  local waiting = redis.call('HGET', KEYS[1], 'w')
  if waiting then
    redis.call('HDEL', KEYS[1], 'w')
    for channel in string.gmatch(waiting, '%S+') do
      redis.call('PUBLISH', channel, ARGV[4])
    end
  end
end
return 1

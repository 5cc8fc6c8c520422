-- Writes the status of each operation if it is newer than what is there, and wakes those who wait for its outcome. What
-- nothing can come after is newer than all else: an attempt that overlapped may have counted further.
-- KEYS[1] the ledger's pending operations, KEYS[2…] the operations
-- ARGV tenant, seconds to keep; for each operation: id, version, status, 'done' or '', 'final' or '', JSON
local tenant, keep = ARGV[1], ARGV[2]
for i = 2, #KEYS do
  local at = 3 + (i - 2) * 6
  local key, id, version, status = KEYS[i], ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local done, final, json = ARGV[at + 3] ~= '', ARGV[at + 4] ~= '', ARGV[at + 5]
  if done then
    redis.call('ZREM', KEYS[1], id)
  end
  local before = redis.call('HMGET', key, 'v', 's', 'w')
  local ended = before[2] == 'succeeded' or before[2] == 'failed' or before[2] == 'discarded'
  local newer = tonumber(before[1] or '0') < tonumber(version)
  if ended ~= final then
    newer = not ended
  end
  if newer then
    redis.call('HSET', key, 't', tenant, 'v', version, 's', status, 'd', json)
    redis.call('EXPIRE', key, keep)
    if done and before[3] then
      redis.call('HDEL', key, 'w')
      for channel in string.gmatch(before[3], '%S+') do
        redis.call('PUBLISH', channel, json)
      end
    end
  end
end
return 1

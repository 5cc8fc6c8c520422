-- The operation as it stands; who waits for it is told when it changes.
-- KEYS[1] the operation, ARGV[1] channel of who waits, or ''
local operation = redis.call('HGET', KEYS[1], 'd')
if operation and ARGV[1] ~= '' then
  local waiting = redis.call('HGET', KEYS[1], 'w')
  -- who asks again and again waits once
  if not (waiting and string.find(waiting, ARGV[1], 1, true)) then
    redis.call('HSET', KEYS[1], 'w', waiting and (waiting .. ' ' .. ARGV[1]) or ARGV[1])
  end
end
return operation

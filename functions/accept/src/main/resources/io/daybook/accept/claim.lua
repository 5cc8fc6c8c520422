-- Claims idempotency keys and writes the pending operations, all or none.
-- KEYS[1] the ledger's pending operations; then for every item its claim and its operation
-- ARGV[1] seconds to keep, ARGV[2] tenant, ARGV[3] channel of who waits, or ''
-- ARGV[4] how many operations may be pending, ARGV[5] the least id of those that can be: others were never sent
-- then for every item its claim, a line break, and its operation (nothing for the key of a whole batch)
-- Returns the id of the oldest pending operation if there are too many to take in new ones, or else '';
-- then who holds each key, which nobody has become in the first case.
local held, wanted, operation = {}, {}, {}
local conflict = false
local new = 0
for i = 1, #ARGV - 5 do
  local split = string.find(ARGV[5 + i], '\n', 1, true)
  wanted[i] = string.sub(ARGV[5 + i], 1, split - 1)
  operation[i] = string.sub(ARGV[5 + i], split + 1)
  held[i] = redis.call('GET', KEYS[2 * i])
  -- a claim is: 36 characters of id, a space, 64 characters of fingerprint
  if held[i] and string.sub(held[i], 38, 101) ~= string.sub(wanted[i], 38, 101) then
    conflict = true
  end
  if not held[i] and operation[i] ~= '' then
    new = new + 1
  end
end
if new > 0 and not conflict then
  redis.call('ZREMRANGEBYLEX', KEYS[1], '-', '(' .. ARGV[5])
  local pending = redis.call('ZCARD', KEYS[1])
  if pending > 0 and pending + new > tonumber(ARGV[4]) then
    return {redis.call('ZRANGE', KEYS[1], 0, 0)[1], unpack(wanted)}
  end
end
for i = 1, #wanted do
  if not held[i] then
    held[i] = wanted[i]
    if not conflict then
      redis.call('SET', KEYS[2 * i], wanted[i], 'EX', ARGV[1])
      -- an outcome may be there already, if this call was slower than the operation
      if operation[i] ~= '' and redis.call('EXISTS', KEYS[2 * i + 1]) == 0 then
        redis.call('HSET', KEYS[2 * i + 1], 't', ARGV[2], 'v', 1, 's', 'pending', 'd', operation[i])
        if ARGV[3] ~= '' then
          redis.call('HSET', KEYS[2 * i + 1], 'w', ARGV[3])
        end
        redis.call('EXPIRE', KEYS[2 * i + 1], ARGV[1])
        redis.call('ZADD', KEYS[1], 0, string.sub(wanted[i], 1, 36))
      end
    end
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return {'', unpack(held)}

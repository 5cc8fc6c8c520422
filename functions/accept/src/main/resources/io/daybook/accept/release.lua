-- Gives up claims whose operations are certainly not on the queue, unless somebody else has confirmed them.
-- KEYS[1] the ledger's pending operations; then for every item its claim and its operation
-- ARGV for every item its claim as it was made
local released = 0
for i = 1, #ARGV do
  if redis.call('GET', KEYS[2 * i]) == ARGV[i] then
    redis.call('DEL', KEYS[2 * i])
    if redis.call('HGET', KEYS[2 * i + 1], 's') == 'pending' then
      redis.call('DEL', KEYS[2 * i + 1])
    end
    redis.call('ZREM', KEYS[1], string.sub(ARGV[i], 1, 36))
    released = released + 1
  end
end
return released

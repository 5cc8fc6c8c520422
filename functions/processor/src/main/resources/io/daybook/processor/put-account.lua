-- Writes what intake may know of an account if it is newer than what is there, and only where the ledger is known.
-- KEYS[1] the ledger's read model; ARGV account id, version, field
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before and tonumber(string.match(before, '^%d+')) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1

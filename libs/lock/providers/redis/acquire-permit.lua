-- Takes one of the permits of a resource.
--
-- Guarantee: as many claims hold it as there are permits, at most, all of them with the same number of permits; or one
-- that wanted it for itself; and nobody for whom another stands in the queue. The same token succeeds again, with the same
-- fence and a lease counted anew. The fence is higher than that of every earlier grant, of either kind.
--
-- KEYS  the resource's lock, its last fence
-- ARGV  1 token   2 lease in ms   3 how long a place lasts in ms, 0 for none   4 channel of the claim's process
--       5 its owner   6 floor   7 permits, or inf
--
-- Returns { 1, fence } or { 0, 1, remaining ms, 0, '' }, as acquire.lua

local values = redis.call('MGET', unpack(KEYS))

--@include pieces/lock.lua
--@include pieces/permits.lua

local lock = read(1)
local token, lease_ms, place_ms, wanted = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[7]
local permits, count = shared_by(lock)
local call = { channel = ARGV[4] }

local share = permits and share_of(lock, token)
if share then
  add_holder(lock, token, share, lease_ms)
  keep_shared(lock, permits)
  return { 1, tonumber(string.match(share, '^%d+')) }
end

if permits and count == 0 then
  lock.token, permits = nil, nil -- the last of them ended a moment ago
end
local is_open = not lock.token or (permits == wanted and count < tonumber(wanted))
local first = first_in_queue(lock)
local is_first = not first or first.token == token
if not is_open or not is_first then
  if not lock.token then
    promote(lock, call) -- its holder ended without a release
  end
  local remaining_ms = lock.token and redis.call('PTTL', lock.key) or first.expires_ms - now_ms
  if permits then
    local next_end = redis.call('ZRANGE', (holders_keys(lock)), 0, 0, 'WITHSCORES')[2]
    remaining_ms = tonumber(next_end) - now_ms
  end
  if place_ms > 0 then
    enter_queue(lock, token, { lasts_ms = place_ms, floor = ARGV[6], locks = 0, who = ARGV[4] .. ' ' .. ARGV[5] })
  end
  return { 0, 1, remaining_ms, 0, '' }
end

local fence = next_fence(lock, ARGV[6])
if not fence then
  return redis.error_reply('FENCE of ' .. lock.key .. ' would pass 2^53')
end
if not permits then
  redis.call('DEL', holders_keys(lock)) -- what a lost lock has left
end
lock.last = fence
add_holder(lock, token, whole(fence) .. ' ' .. whole(now_us) .. ' ' .. ARGV[4] .. ' ' .. ARGV[5], lease_ms)
keep_shared(lock, wanted)
lock.token = 'shared by ' .. wanted
write_fence(lock)
if first then
  leave_queue(lock, token)
end
if count + 1 < tonumber(wanted) then
  tell_next(lock, call)
end
return { 1, fence }

-- The holders of a resource that several claims hold together.
--
-- While there are any, `lock:` is "shared by <permits>", which is nobody's token, and lasts as long as the last of their
-- leases: so whoever wants the resource for itself finds it taken. Two more keys, whose names differ in that word alone,
-- say who they are: `holders:` is a sorted set of tokens by the end of their leases in ms, `shares:` is a hash, token to
-- "<fence> <acquired at, us> <channel> <owner>". Without their `lock:` they are of no account.

local HOLDERS_TTL_MS = 60000

local function holders_keys(lock)
  return (string.gsub(lock.key, 'lock:{', 'holders:{', 1)), (string.gsub(lock.key, 'lock:{', 'shares:{', 1))
end

-- Their permits, when the resource is held by such claims, and how many live.
local function shared_by(lock)
  local permits = lock.token and string.match(lock.token, '^shared by (%S+)$')
  local holders_key, shares_key = holders_keys(lock)
  if not permits then
    return nil, 0
  end
  while true do
    local token, ends_ms = unpack(redis.call('ZRANGE', holders_key, 0, 0, 'WITHSCORES'))
    if not token or tonumber(ends_ms) > now_ms then
      break
    end
    redis.call('ZREM', holders_key, token)
    redis.call('HDEL', shares_key, token)
  end
  return permits, redis.call('ZCARD', holders_key)
end

-- "<fence> …" of a holder that lives, when `shared_by` has looked.
local function share_of(lock, token)
  local _, shares_key = holders_keys(lock)
  return redis.call('HGET', shares_key, token)
end

-- `lock:` lasts as long as the last lease.
local function keep_shared(lock, permits)
  local holders_key, shares_key = holders_keys(lock)
  local ends_ms = tonumber(redis.call('ZRANGE', holders_key, -1, -1, 'WITHSCORES')[2])
  redis.call('SET', lock.key, 'shared by ' .. permits, 'PX', math.max(1, ends_ms - now_ms))
  redis.call('PEXPIRE', holders_key, ends_ms - now_ms + HOLDERS_TTL_MS)
  redis.call('PEXPIRE', shares_key, ends_ms - now_ms + HOLDERS_TTL_MS)
end

local function add_holder(lock, token, share, lease_ms)
  local holders_key, shares_key = holders_keys(lock)
  redis.call('ZADD', holders_key, now_ms + lease_ms, token)
  redis.call('HSET', shares_key, token, share)
end

-- The first in the queue, if it wants a permit: one may be free. Whoever wants the resource for itself is not told of it.
local function tell_next(lock, call)
  local first = first_in_queue(lock)
  if first and first.locks == 0 then
    promote(lock, call)
  end
end

-- A lock, and the queue of those who wait for it. The script has read `values`, of all KEYS.
--
-- `lock:` lives as long as the lease: "<token> <fence> <acquired at, us> <channel> <owner>". `fence:` outlives it:
-- "<highest fence that was given or promised> <queued>", where queued is 0 when nobody waits.
-- Two more keys, whose names differ in that word alone and so share the slot, are touched only while somebody waits:
-- `queue:` is a sorted set of tokens by the time of their entry; `places:` is a hash, token to "<expires at, ms> <floor>
-- <promised fence or 0> <locks of its claim> <channel> <owner>". A claim of several locks enters all of its queues in one
-- script, so that any two claims stand in the same order wherever they meet, and the oldest is first everywhere: nobody
-- waits in a circle.

-- The last fence is kept this long after its grant; then the clock alone carries it on.
local MEMORY_MS = 24 * 60 * 60 * 1000
-- The keys of a queue that everybody has left go away after this long; longer than any place lasts.
local QUEUE_TTL_MS = 60000

local clock = redis.call('TIME')
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local now_ms = math.floor(now_us / 1000)

local function whole(number)
  return string.format('%.0f', number)
end

-- The n-th of KEYS, which hold two for each lock.
local function read(n)
  local lock = { key = KEYS[2 * n - 1], fence_key = KEYS[2 * n] }
  local value = values[2 * n - 1]
  if value then
    local token, fence, channel = string.match(value, '^(%S+) (%d+) %d+ (%S+)')
    lock.token, lock.fence, lock.channel = token or value, tonumber(fence or '0'), channel -- or a key of somebody else
  end
  local last, queued = string.match(values[2 * n] or '', '^(%d+) (%d)$')
  lock.last = math.max(tonumber(last or '0'), lock.fence or 0)
  lock.queued = queued or '1' -- when it was lost there may still be a queue
  return lock
end

local function write_fence(lock)
  redis.call('SET', lock.fence_key, whole(lock.last) .. ' ' .. lock.queued, 'PX', MEMORY_MS)
end

-- `who` is the channel of the token's process and its owner.
local function hold(lock, token, who, fence, lease_ms)
  lock.token, lock.last = token, math.max(fence, lock.last)
  redis.call('SET', lock.key, token .. ' ' .. whole(fence) .. ' ' .. whole(now_us) .. ' ' .. who, 'PX', lease_ms)
  write_fence(lock)
end

-- max(last + 1, floor, the server's clock in microseconds), below 2^53, or nil. The clock carries it on after a loss.
local function next_fence(lock, floor)
  local fence = math.max(lock.last + 1, tonumber(floor), now_us)
  return fence < 9007199254740992 and fence or nil
end

local function queue_keys(lock)
  return (string.gsub(lock.key, 'lock:{', 'queue:{', 1)), (string.gsub(lock.key, 'lock:{', 'places:{', 1))
end

local function leave_queue(lock, token)
  local queue_key, places_key = queue_keys(lock)
  if redis.call('ZREM', queue_key, token) == 1 then
    redis.call('HDEL', places_key, token)
  end
end

-- The place that is first among the living, or nil. The dead before it are dropped.
local function first_in_queue(lock)
  if lock.queued == '0' then
    return nil
  end
  local queue_key, places_key = queue_keys(lock)
  while true do
    local token = redis.call('ZRANGE', queue_key, 0, 0)[1]
    if not token then
      if lock.last > 0 then
        lock.queued = '0'
        write_fence(lock)
      end
      return nil
    end
    local text = redis.call('HGET', places_key, token)
    local expires_ms, floor, fence, locks, who = string.match(text or '', '^(%d+) (%d+) (%d+) (%d+) (.*)$')
    if expires_ms and tonumber(expires_ms) > now_ms then
      return {
        token = token, expires_ms = tonumber(expires_ms), floor = floor, who = who,
        fence = fence ~= '0' and tonumber(fence) or nil, locks = tonumber(locks),
      }
    end
    redis.call('ZREM', queue_key, token)
    redis.call('HDEL', places_key, token)
  end
end

-- At the end, or where the token stands already; its place lasts anew. The holder's process, if it is another, is told, on a
-- channel that it listens to only if it keeps locks that nobody waits for. A clock that steps back lets a newcomer past
-- others, in all queues of its claim alike, but never past one with a promise. The place ends no earlier than its process
-- counts it to, which is not in whole milliseconds.
local function enter_queue(lock, token, place)
  local queue_key, places_key = queue_keys(lock)
  if place.fence then
    redis.call('ZADD', queue_key, 0, token)
  else
    redis.call('ZADD', queue_key, 'NX', whole(now_us), token)
  end
  local text = whole(now_ms + place.lasts_ms + 1) .. ' ' .. place.floor .. ' ' .. whole(place.fence or 0)
    .. ' ' .. place.locks .. ' ' .. place.who
  redis.call('HSET', places_key, token, text)
  redis.call('PEXPIRE', queue_key, QUEUE_TTL_MS)
  redis.call('PEXPIRE', places_key, QUEUE_TTL_MS)
  if lock.queued == '0' or place.fence then
    lock.queued = '1'
    write_fence(lock)
  end
  if lock.token and lock.channel and lock.channel ~= string.match(place.who, '^%S+') then
    redis.call('PUBLISH', lock.channel .. ':contended', 'contended ' .. lock.token)
  end
end

-- A free lock goes to the first in its queue, for as long as its place lasts, and its process alone is told: it counts
-- from its own last attempt, which was sent before its place began to. A claim of several locks is told to look, as this
-- script may not have the others; until it has, or its place ends, the lock is kept for it.
-- What is for the calling process, `call.channel`, is added to `call.told` as token and fence ('' to look) instead of
-- being published.
local function promote(lock, call)
  local first = first_in_queue(lock)
  if not first then
    return
  end
  local fence = first.fence
  if not fence and first.locks == 1 then
    fence = next_fence(lock, first.floor) -- with nil its own attempt gets the error
  end
  if fence then
    leave_queue(lock, first.token)
    hold(lock, first.token, first.who, fence, first.expires_ms - now_ms)
  end
  local channel, text = string.match(first.who, '^%S+'), fence and whole(fence) or ''
  if call.told and channel == call.channel then
    table.insert(call.told, first.token)
    table.insert(call.told, text)
  else
    redis.call('PUBLISH', channel, (fence and 'granted ' or 'look ') .. first.token .. ' ' .. text)
  end
end

-- The first in the queue has it, or its key goes away.
local function free(lock, call)
  lock.token = nil
  promote(lock, call)
  if not lock.token then
    redis.call('DEL', lock.key)
  end
end

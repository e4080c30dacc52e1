-- Counts requests in windows, each of which begins with the first request of its client.
--
-- KEYS  the counter of each request's client, as often as it asks
-- ARGV  1 how long a window lasts, in milliseconds
--
-- Returns for each key two: the requests in its window, this one included, and the milliseconds that are left of it

local answers = {}
for n, key in ipairs(KEYS) do
  local count = redis.call('INCR', key)
  local left = count > 1 and redis.call('PTTL', key) or -1
  if left < 0 then
    left = tonumber(ARGV[1])
    redis.call('PEXPIRE', key, left)
  end
  answers[2 * n - 1] = count
  answers[2 * n] = left
end
return answers

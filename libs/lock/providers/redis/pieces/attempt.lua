-- One attempt of one claim at all of its locks: all or none.
--
-- Takes what `read` gives and `claim`: token, lease_ms, place_ms, channel, who (its channel and its owner), floors in the
-- order of the locks. Returns what acquire.lua documents.

-- Who comes right behind a holder of the same process is promised its fence: it may begin when that holder's release has
-- been sent, before the reply. Whatever is granted later is higher.
local function promise(lock, claim, first)
  if lock.channel ~= claim.channel or (first and first.token ~= claim.token) then
    return nil
  end
  local fence = first and first.fence
  if not fence then
    fence = next_fence(lock, claim.floors[1])
    lock.last = fence or lock.last
  end
  return fence
end

local function refuse(locks, claim, refusal)
  for n, lock in ipairs(locks) do
    if lock.token == claim.token then
      free(lock, claim) -- what is left of an earlier grant
    end
    if claim.place_ms > 0 then
      enter_queue(lock, claim.token, {
        lasts_ms = claim.place_ms, floor = claim.floors[n], fence = refusal.promised, locks = #locks, who = claim.who,
      })
    end
  end
  return { 0, refusal.by, refusal.remaining_ms, refusal.promised or 0, refusal.promised and locks[1].token or '' }
end

local function attempt(locks, claim)
  local firsts, refusal = {}, nil
  for n, lock in ipairs(locks) do
    if lock.token ~= claim.token then
      -- Behind a holder of another process it does not matter who is first.
      local first = (not lock.token or lock.channel == claim.channel) and first_in_queue(lock)
      firsts[n] = first
      local is_first = first and first.token == claim.token
      if first and not is_first and not lock.token then
        promote(lock, claim) -- its holder ended without a release
      end
      if not refusal and (lock.token or (first and not is_first)) then
        refusal = { by = n, remaining_ms = lock.token and redis.call('PTTL', lock.key) or first.expires_ms - now_ms }
        if #locks == 1 and claim.place_ms > 0 then
          refusal.promised = promise(lock, claim, first)
        end
      end
    end
  end
  if refusal then
    return refuse(locks, claim, refusal)
  end

  -- Everything that can fail is done before the first write: a script that stops half-way is not rolled back.
  local reply = { 1 }
  for n, lock in ipairs(locks) do
    local is_mine = lock.token == claim.token
    reply[n + 1] = is_mine and lock.fence or (firsts[n] and firsts[n].fence) or next_fence(lock, claim.floors[n])
    if not reply[n + 1] then
      return redis.error_reply('FENCE of ' .. lock.key .. ' would pass 2^53')
    end
  end
  for n, lock in ipairs(locks) do
    if lock.token == claim.token then
      redis.call('PEXPIRE', lock.key, claim.lease_ms)
    else
      hold(lock, claim.token, claim.who, reply[n + 1], claim.lease_ms)
    end
    if firsts[n] then
      leave_queue(lock, claim.token)
    end
  end
  return reply
end

-- The end of one claim to one lock: frees it if it is the claim's, gives up the claim's place, and hands what is free to the
-- first in the queue. `call` has the claim's token, and what `promote` needs. Returns 1 if it was the claim's, else 0.
local function release(lock, call)
  if lock.token == call.token then
    free(lock, call)
    return 1
  end
  if lock.queued == '1' then
    leave_queue(lock, call.token)
    if not lock.token then
      promote(lock, call)
    elseif shared_by(lock) then
      tell_next(lock, call)
    end
  end
  return 0
end

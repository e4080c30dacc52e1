-- Writes one lease. Under the resource's mutex and gate, when nobody else holds the resource.
--
-- Guarantee: the fence of a grant is higher than every earlier one: max(last + 1, floor, the server's clock in
-- microseconds); the table keeps it below 2^53. A token that holds the resource keeps its fence and time of acquisition.
--
-- Returns the fence.

CREATE OR REPLACE FUNCTION holdfast_lock.grant_lease(
  p_resource text, p_token text, p_channel text, p_owner text, p_floor bigint,
  p_now timestamptz, p_expires_at timestamptz
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_fence bigint;
BEGIN
  INSERT INTO holdfast_lock.lease AS last (resource, fence, token, channel, owner, acquired_at, expires_at)
  VALUES (p_resource, greatest(1, p_floor, (extract(epoch FROM p_now) * 1000000)::bigint),
          p_token, p_channel, p_owner, p_now, p_expires_at)
  ON CONFLICT (resource) DO UPDATE SET
    fence = CASE WHEN last.token = p_token AND last.expires_at > p_now THEN last.fence
                 ELSE greatest(last.fence + 1, excluded.fence) END,
    acquired_at = CASE WHEN last.token = p_token AND last.expires_at > p_now THEN last.acquired_at
                       ELSE p_now END,
    token = p_token, channel = p_channel, owner = p_owner, expires_at = p_expires_at
  RETURNING fence INTO v_fence;
  RETURN v_fence;
END
$$;

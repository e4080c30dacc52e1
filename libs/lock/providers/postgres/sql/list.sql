-- What is held now, the oldest first; for people and for releaseAll.
--
-- Inputs  how many at most
--
-- Returns one row a holder: who holds the resource since when and until when (ms since 1970, on the server's clock), its
--         fence, how many claims stand in the queue, and the permits of those who hold it together: 0 for any number

DROP FUNCTION IF EXISTS holdfast_lock.list(int); -- of version 1, which returned less
CREATE FUNCTION holdfast_lock.list(p_limit int)
RETURNS TABLE (resource text, token text, owner text, fence bigint, acquired_at_ms double precision,
               expires_at_ms double precision, waiters bigint, permits int)
LANGUAGE sql AS $$
  SELECT held.resource, held.token, held.owner, held.fence,
         floor(extract(epoch FROM held.acquired_at) * 1000)::double precision,
         floor(extract(epoch FROM held.expires_at) * 1000)::double precision,
         (SELECT count(*) FROM holdfast_lock.place AS waiting
           WHERE waiting.resource = held.resource AND waiting.expires_at > clock_timestamp()),
         held.permits
    FROM (
      SELECT resource, token, owner, fence, acquired_at, expires_at, NULL::int AS permits
        FROM holdfast_lock.lease WHERE token NOT LIKE 'shared by %'
      UNION ALL
      SELECT resource, share.token, share.owner, share.fence, share.acquired_at, share.expires_at,
             substr(lease.token, 11)::int
        FROM holdfast_lock.lease JOIN holdfast_lock.share USING (resource)
       WHERE lease.token LIKE 'shared by %' AND lease.expires_at > clock_timestamp()
    ) AS held
   WHERE held.expires_at > clock_timestamp()
   ORDER BY held.acquired_at, held.resource
   LIMIT p_limit
$$;

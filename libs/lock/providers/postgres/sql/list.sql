-- What is held now, the oldest first; for people and for releaseAll.
--
-- Inputs  how many at most
--
-- Returns one row a resource: who holds it since when and until when (ms since 1970, on the server's clock), its fence,
--         and how many claims stand in its queue

CREATE OR REPLACE FUNCTION holdfast_lock.list(p_limit int)
RETURNS TABLE (resource text, token text, owner text, fence bigint, acquired_at_ms double precision,
               expires_at_ms double precision, waiters bigint)
LANGUAGE sql AS $$
  SELECT held.resource, held.token, held.owner, held.fence,
         floor(extract(epoch FROM held.acquired_at) * 1000)::double precision,
         floor(extract(epoch FROM held.expires_at) * 1000)::double precision,
         (SELECT count(*) FROM holdfast_lock.place AS waiting
           WHERE waiting.resource = held.resource AND waiting.expires_at > clock_timestamp())
    FROM holdfast_lock.lease AS held
   WHERE held.token IS NOT NULL AND held.expires_at > clock_timestamp()
   ORDER BY held.acquired_at, held.resource
   LIMIT p_limit
$$;

-- Which advisory lock stands for what of a resource. Three kinds:
--   'mutex'  exclusive, for the moment of one lease operation;
--   'gate'   shared by a lease operation for its moment while it grants, exclusive for as long as a transaction holds the
--            resource: a lease operation only ever tries it, so that it never waits for a transaction;
--   'turn'   exclusive, for as long as a transaction holds the resource: transactions wait here for each other.
--
-- Returns the key. Two resources with one key exclude each other needlessly, and never wrongly.

CREATE OR REPLACE FUNCTION holdfast_lock.advisory_key(p_resource text, p_kind text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT hashtextextended(p_resource, hashtextextended(p_kind, hashtextextended('holdfast_lock', 0)))
$$;

-- The id of a stored row by its name: as evenly spread as a random UUID (version 4), and known to every statement.
CREATE FUNCTION pg_temp.stored_id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT overlay(overlay(md5(name) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid
$$

-- The two roles of a deployment: holdfast_migrate owns the record, holdfast_runtime uses it. Run this once, as a
-- superuser, in the service's database, and give each role a password:
--
--   psql "$ADMIN_DATABASE_URL" -f deploy/postgres/roles.sql
--   psql "$ADMIN_DATABASE_URL" -c '\password holdfast_migrate' -c '\password holdfast_runtime'
--
-- The migration step, as holdfast_migrate and with --grant-to holdfast_runtime, then grants what the service does, table
-- by table. Safe to run again. What another role created in an older deployment changes hands.

DO $$
DECLARE
  v_name text;
BEGIN
  FOREACH v_name IN ARRAY ARRAY['holdfast_migrate', 'holdfast_runtime'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_name) THEN
      EXECUTE format('CREATE ROLE %I', v_name);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', v_name);
  END LOOP;

  -- CREATE is for the schema of LOCK_PROVIDER=postgres.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, holdfast_runtime', current_database());
  EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO holdfast_migrate', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO holdfast_runtime', current_database());
  REVOKE ALL ON SCHEMA public FROM PUBLIC;
END $$;

DO $$
DECLARE
  v_schema regnamespace;
  v_object record;
BEGIN
  FOR v_schema IN SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'holdfast_lock') LOOP
    EXECUTE format('ALTER SCHEMA %s OWNER TO holdfast_migrate', v_schema);
    FOR v_object IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = v_schema AND relkind IN ('r', 'p') LOOP
      EXECUTE format('ALTER TABLE %s OWNER TO holdfast_migrate', v_object.name);
    END LOOP;
    FOR v_object IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = v_schema LOOP
      EXECUTE format('ALTER ROUTINE %s OWNER TO holdfast_migrate', v_object.name);
    END LOOP;
  END LOOP;
END $$;

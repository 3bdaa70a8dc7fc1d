-- Runs once, when the volume is still empty. Who may do what:
--   migrator  owns the database and its schema; migrations run as it
--   app       reads and writes rows; applications are it
--   backup    reads everything
--   monitor   reads statistics
\set migrator `cat /run/secrets/db_migrator_password`
\set app `cat /run/secrets/db_password`
\set backup `cat /run/secrets/db_backup_password`
\set monitor `cat /run/secrets/db_monitor_password`
CREATE ROLE migrator LOGIN PASSWORD :'migrator';
CREATE ROLE app LOGIN PASSWORD :'app';
CREATE ROLE backup LOGIN BYPASSRLS PASSWORD :'backup' IN ROLE pg_read_all_data;
CREATE ROLE monitor LOGIN PASSWORD :'monitor' IN ROLE pg_monitor;

CREATE DATABASE app OWNER migrator;
REVOKE CONNECT, TEMPORARY ON DATABASE app, postgres FROM PUBLIC;
GRANT CONNECT ON DATABASE app TO app, backup, monitor;
GRANT CONNECT ON DATABASE postgres TO monitor;

-- Which statements cost the most: SELECT * FROM pg_stat_statements ORDER BY total_exec_time DESC;
CREATE EXTENSION pg_stat_statements;

-- Whatever migrations make from now on.
\connect app
ALTER DEFAULT PRIVILEGES FOR ROLE migrator GRANT USAGE ON SCHEMAS TO app;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator GRANT USAGE, SELECT ON SEQUENCES TO app;

-- Runs once, when the volume is still empty.
\set password `cat /run/secrets/db_password`
CREATE ROLE app LOGIN PASSWORD :'password';
CREATE DATABASE app OWNER app;
REVOKE CONNECT, TEMPORARY ON DATABASE app, postgres FROM PUBLIC;

-- Which statements cost the most: SELECT * FROM pg_stat_statements ORDER BY total_exec_time DESC;
CREATE EXTENSION pg_stat_statements;

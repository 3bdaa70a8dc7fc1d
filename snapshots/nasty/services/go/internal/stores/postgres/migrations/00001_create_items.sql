-- +goose Up
create table items (
    id bigint generated always as identity primary key,
    title text not null check (char_length(title) between 1 and 200),
    job_id text unique,
    created_at timestamptz not null default now()
);

-- +goose Down
drop table items;

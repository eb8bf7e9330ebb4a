-- Computed indicators, each with all that is needed to explain it.  May be run again at any time: it keeps what is there.

create schema if not exists ind;

-- parameters: as_of and months.  definition: SHA-256 of the SQL that was run.  runs: the last ended run of every stream
-- as it stood in the snapshot that was computed from.  rows: one object a unit.  apart: what was counted beside.
create table if not exists ind.result (
	id          bigserial primary key,
	code        text not null,
	version     bigint not null,
	parameters  jsonb not null,
	definition  text not null,
	computed_at timestamptz not null,
	runs        jsonb not null,
	rows        jsonb not null,
	apart       jsonb not null
);
create index if not exists result_by_code on ind.result (code, computed_at desc);

comment on schema ind is 'Chỉ tiêu đã tính';
comment on table ind.result is 'Kết quả chỉ tiêu, kèm phiên bản định nghĩa, tham số và các lượt chạy đã góp dữ liệu';

-- What the gateway keeps about itself beside the data: offsets, runs, what was set aside, what was deleted.  May be run
-- again at any time: it keeps what is there.  Only the loader writes here.

create schema if not exists canon;
create schema if not exists history;
create schema if not exists ops;

comment on schema canon is 'Dữ liệu chuẩn hóa: mỗi thực thể một bảng, mỗi khóa của nguồn một dòng';
comment on schema history is 'Các dòng của canon trước khi thay đổi, có hiệu lực từ lúc nào đến lúc nào';
comment on schema ops is 'Vận hành: đã nạp đến đâu, các lượt chạy, bản ghi lỗi, các khóa đã xóa';

-- (ops.migration, which file of schemas/warehouse and schemas/codes stands here in which version, is made before any file
-- runs.)

-- How far each partition is loaded.  Changed in the same transaction as the rows that its records made, and locked first
-- in it, so that of two loaders only one can go on.  straight: the stream was absent from canon, and its first snapshot
-- (the run straight_run) is copied in unjudged.  moved_at: somebody set the offset by hand.
create table if not exists ops.offset (
	topic          text not null,
	partition      integer not null,
	next_offset    bigint not null check (next_offset >= 0),
	straight       boolean not null default false,
	straight_run   uuid,
	cluster_id     text not null,
	moved_at       timestamptz,
	primary key (topic, partition)
);
alter table ops.offset drop column if exists last_record_at;
-- What was read there, so that a Kafka which was restored to an earlier day and written on since is not taken for the one
-- that was read: the last message (its offset and a fingerprint), and the newest time of all messages.
alter table ops.offset add column if not exists seen_offset bigint;
alter table ops.offset add column if not exists seen_print bigint;
alter table ops.offset add column if not exists seen_until timestamptz;

-- Which canon table the records of a stream are kept in; a tombstone does not say it.
create table if not exists ops.stream (
	source text not null,
	stream text not null,
	topic  text not null,
	entity text not null,
	primary key (source, stream)
);

-- A canon table and the schema that it has now.  fields: its columns, in the table's order; hidden: those that stay out
-- of the view <entity>_live.
create table if not exists ops.entity (
	entity      text primary key,
	schema_name text not null,
	schema_id   integer not null,
	schema_text text not null,
	fields      text[] not null,
	hidden      text[] not null,
	version     integer not null default 1,
	changed_at  timestamptz not null default now()
);

-- Runs as their pull tells them.  ends: offset of the last record in each partition (from 0), -1 for none.
create table if not exists ops.run (
	id               uuid primary key,
	source           text not null,
	stream           text not null,
	topic            text not null,
	started_at       timestamptz not null,
	ended_at         timestamptz,
	read             bigint not null default 0,
	produced         bigint not null default 0,
	resent           bigint not null default 0,
	deleted          bigint not null default 0,
	dead             bigint not null default 0,
	ends             bigint[],
	letter_end       bigint,
	schema_id        integer,
	schema_text      text,
	pseudonym_key_id text,
	identity         text,
	notice           text,
	arrived_at       timestamptz not null default now()
);
create index if not exists run_by_stream on ops.run (source, stream, started_at desc);

-- pause_at, at_least: how many of its rows may be set aside before the stream pauses (millionths, -1 for never; rows), where
-- the source file says other than 5 % and 100.
alter table ops.run add column if not exists pause_at bigint;
alter table ops.run add column if not exists at_least bigint;

-- discarded: values that were dropped because their column is gone or they don't fit (drift: discard_value).
alter table ops.run add column if not exists discarded bigint not null default 0;

-- warned: rows with a value that was repaired or doubted, counted once a column and kind; warnings: which, as far as a run
-- can tell them: [{"column": ..., "code": ..., "rows": ...}], the first 20 kinds.
alter table ops.run add column if not exists warned bigint not null default 0;
alter table ops.run add column if not exists warnings jsonb;

-- Streams that paused because too many of their rows were set aside, the last pause of each; ended_at: it is over.
--   side   pull: the stream is not read, since its rows are rejected; load: its records are not loaded, since the warehouse
--          refuses them
--   why    how many and for what; shapes and names, no values
--   run    in which run; allow: of side load, how many more a person allows beyond the limit
create table if not exists ops.pause (
	source   text not null,
	stream   text not null,
	side     text not null check (side in ('pull', 'load')),
	at       timestamptz not null,
	why      text not null,
	ended_at timestamptz,
	run      uuid,
	allow    bigint not null default 0,
	primary key (source, stream, side)
);

-- What became of a run's records, added up by the loader in the transaction that loads them.
create table if not exists ops.run_load (
	run        uuid not null,
	topic      text not null,
	partition  integer not null,
	loaded     bigint not null default 0,
	unchanged  bigint not null default 0,
	superseded bigint not null default 0,
	deleted    bigint not null default 0,
	refused    bigint not null default 0,
	primary key (run, topic, partition)
);
-- caught: of the loaded, the rows that were committed behind the position and that only the search for late commits (the
-- overlap, the sweep) has found.
alter table ops.run_load add column if not exists caught bigint not null default 0;

-- Deletes of keys that canon never had, so that an older record that comes later stays out.
create table if not exists ops.deleted (
	source  text not null,
	stream  text not null,
	key     text not null,
	version bigint not null,
	at      timestamptz not null,
	primary key (source, stream, key)
);

-- What was set aside, at the source's side (stage normalise, encode) or by the loader (load).  sealed: the original,
-- which only the desk's key opens.  topic, partition and kafka_offset: where the letter or the refused record stood.
create table if not exists ops.dead_letter (
	id           bigserial primary key,
	source       text not null,
	stream       text not null,
	run          uuid,
	stage        text not null,
	column_name  text,
	rule         text,
	code         text,
	reason       text,
	key          text,
	version      bigint,
	sealed       bytea,
	topic        text not null,
	partition    integer not null,
	kafka_offset bigint not null,
	at           timestamptz not null,
	state        text not null default 'open'
);
-- The run is part of it, since a topic that was made anew counts its offsets from 0 again.
create unique index if not exists dead_letter_once on ops.dead_letter
	(topic, partition, kafka_offset, stage, coalesce(run, '00000000-0000-0000-0000-000000000000'::uuid));
create index if not exists dead_letter_by_run on ops.dead_letter (run);
drop index if exists ops.dead_letter_open;
create index if not exists dead_letter_unfinished on ops.dead_letter (source, stream, key)
	where state in ('open', 'fixed', 'replayed');

-- What has become of a letter.  It only goes forward: open → fixed → replayed → resolved or discarded.  fixed, replayed and
-- discarded are a person's doing (ops.audit); resolved comes with the data itself, and a newer letter of the same key and
-- column discards an older one.
--   state_at, state_by   when, and who: a person, or 'load'
--   state_why            the person's reason; of resolved: loaded, unchanged, deleted, or superseded (canon had newer data
--                        already); of what the loader discards: newer_letter
--   resolved_version     of the data that resolved it
--   arrived_at           when it came here: an act from before then can't have meant it, as after the warehouse was filled
--                        anew from Kafka, where letters get other ids
alter table ops.dead_letter add column if not exists state_at timestamptz;
alter table ops.dead_letter add column if not exists state_by text;
alter table ops.dead_letter add column if not exists state_why text;
alter table ops.dead_letter add column if not exists resolved_version bigint;
alter table ops.dead_letter add column if not exists arrived_at timestamptz not null default now();

-- What to look at first: letters that are not ended, one row a cause.
create or replace view ops.letter_cause as
select source, stream, stage, column_name, rule, code, count(*) as letters,
       count(distinct key) as keys, count(*) filter (where state = 'open') as open,
       count(*) filter (where state = 'fixed') as fixed, count(*) filter (where state = 'replayed') as replayed,
       min(at) as first_at, max(at) as last_at, min(reason) as reason
from ops.dead_letter
where state in ('open', 'fixed', 'replayed')
group by source, stream, stage, column_name, rule, code;

-- What people did at the desk, in the order in which it was done.  body is the message of the audit topic as it stood there;
-- the other columns say the same for who looks.  hmac = HMAC-SHA-256(audit key, hmac of seq - 1 (32 zero bytes before the
-- first) || seq as 8 bytes, big-endian || body): who changes or takes away a row without the key breaks the chain, and
-- `songma audit verify` tells where.
create table if not exists ops.audit (
	seq     bigint primary key check (seq > 0),
	id      uuid not null unique,
	at      timestamptz not null,
	by      text not null,
	act     text not null,
	source  text not null,
	stream  text not null,
	letters bigint[] not null,
	body    text not null,
	hmac    bytea not null
);

-- Does a run balance?
--   open        its end is not known, or the loader has not passed its last record and letter
--   balanced    read = produced + resent + dead
--               produced + resent + deleted = loaded + unchanged + superseded + deleted + refused
--               dead = letters that arrived
--   unbalanced  one of the three does not hold; reason says which: read, load or letters; or no event has ever told of the
--               run whose records came (unknown): what the loader read is not all that was written
--   unprovable  it can't be told, and reason says why: moved (an offset was set by hand since the run began), compacted
--               (the run is so old that Kafka may have dropped records before they were loaded)
create or replace view ops.run_balance as
with added as (
	select run, min(topic) as topic, sum(loaded)::bigint as loaded, sum(unchanged)::bigint as unchanged,
	       sum(superseded)::bigint as superseded, sum(deleted)::bigint as deleted, sum(refused)::bigint as refused,
	       sum(caught)::bigint as caught
	from ops.run_load
	group by run
), facts as (
	select r.id as run, r.source, r.stream, r.started_at, r.ended_at, r.read, r.produced, r.resent,
	       r.deleted as deleted_sent, r.dead,
	       coalesce(a.loaded, 0) as loaded, coalesce(a.unchanged, 0) as unchanged,
	       coalesce(a.superseded, 0) as superseded, coalesce(a.deleted, 0) as deleted,
	       coalesce(a.refused, 0) as refused, coalesce(a.caught, 0) as caught,
	       (select count(*) from ops.dead_letter l where l.run = r.id and l.stage <> 'load') as letters,
	       r.ended_at is not null
	       and not exists (
	               select from unnest(r.ends) with ordinality e(last, nth)
	               left join ops.offset o on o.topic = r.topic and o.partition = e.nth - 1
	               where e.last >= 0 and coalesce(o.next_offset, 0) <= e.last)
	       and (coalesce(r.letter_end, -1) < 0 or exists (
	               select from ops.offset o
	               where o.topic = left(r.topic, length(r.topic) - case when r.topic like '%.\_replay'
	                                    then length('_replay') else length(r.stream) end) || '_dlq'
	                 and o.partition = 0 and o.next_offset > r.letter_end)) as passed,
	       exists (select from ops.offset o where o.topic = r.topic and o.moved_at > r.started_at) as moved,
	       r.arrived_at > r.started_at + interval '30 days' as old, r.discarded, r.warned
	from ops.run r
	left join added a on a.run = r.id
), judged as (
	select *, case
		when read <> produced + resent + dead then 'read'
		when produced + resent + deleted_sent <> loaded + unchanged + superseded + deleted + refused then 'load'
		when dead <> letters then 'letters'
	end as wrong
	from facts
), untold as (
	-- A run's first event is older than its records: once the events were read as far as the records, it will not come.
	select a.*, coalesce(s.source, '') as source, coalesce(s.stream, a.topic) as stream,
	       (select max(e.seen_until) from ops.offset e
	        where e.topic = left(a.topic, length(a.topic) - length(coalesce(s.stream, '_replay'))) || '_events')
	       >= (select max(o.seen_until) from ops.offset o where o.topic = a.topic) as passed
	from added a
	left join ops.stream s using (topic)
	where not exists (select from ops.run r where r.id = a.run)
)
select run, source, stream, started_at, ended_at, read, produced, resent, deleted_sent, dead,
       loaded, unchanged, superseded, deleted, refused, letters,
       case when not passed then 'open'
            when wrong is null then 'balanced'
            when wrong <> 'read' and (moved or old) then 'unprovable'
            else 'unbalanced' end as state,
       case when not passed or wrong is null then null
            when wrong <> 'read' and moved then 'moved'
            when wrong <> 'read' and old then 'compacted'
            else wrong end as reason, caught, discarded, warned
from judged
union all
select run, source, stream, null, null, null, null, null, null, null,
       loaded, unchanged, superseded, deleted, refused, null,
       case when passed then 'unbalanced' else 'open' end,
       case when passed then 'unknown' end, caught, null, null
from untold;

comment on column ops.run.discarded is
	'Số giá trị bỏ đi vì cột không còn hoặc giá trị không vừa trường (drift: discard_value)';
comment on column ops.run.warned is
	'Số dòng có giá trị được sửa hoặc đáng ngờ, mỗi cột và mỗi loại cảnh báo tính riêng';
comment on column ops.run.warnings is
	'Cảnh báo nào, ở cột nào, bao nhiêu dòng (20 loại đầu); xem: songma runs LƯỢT';
comment on table ops.offset is 'Mỗi phân vùng đã nạp đến đâu';
comment on table ops.stream is 'Bản ghi của luồng nào nằm ở bảng nào của canon';
comment on table ops.entity is 'Các bảng của canon và lược đồ hiện hành của chúng';
comment on table ops.run is 'Các lượt chạy, theo lời kể của nguồn';
comment on table ops.run_load is 'Bản ghi của lượt chạy đã nạp ra sao';
comment on column ops.run_load.caught is
	'Trong số đã nạp: các dòng ghi muộn, con trỏ thường bỏ sót, bước dò lại đã bắt được';
comment on table ops.pause is
	'Các luồng tạm dừng vì quá nhiều bản ghi lỗi; chạy tiếp bằng: songma resume NGUỒN LUỒNG';
comment on column ops.pause.side is 'pull: không đọc nguồn nữa; load: không nạp vào kho nữa';
comment on column ops.pause.why is 'Bao nhiêu bản ghi, lỗi gì';
comment on column ops.pause.ended_at is 'Hết tạm dừng lúc nào; trống: còn tạm dừng';
comment on table ops.deleted is 'Các khóa đã xóa mà canon chưa từng có';
comment on table ops.dead_letter is 'Bản ghi lỗi, nội dung được niêm phong';
comment on column ops.dead_letter.state is
	'open (chờ xử lý), fixed (đã sửa giá trị), replayed (đã yêu cầu đọc lại), resolved (dữ liệu đã vào kho), discarded (bỏ)';
comment on column ops.dead_letter.state_at is 'Chuyển sang trạng thái này lúc nào';
comment on column ops.dead_letter.state_by is 'Do ai: người xử lý, hoặc load (tự động khi nạp)';
comment on column ops.dead_letter.state_why is
	'Lý do người xử lý ghi; khi tự động: loaded, unchanged, superseded (kho đã có dữ liệu mới hơn), deleted, newer_letter';
comment on column ops.dead_letter.resolved_version is 'Phiên bản của dữ liệu đã giải quyết bản ghi lỗi này';
comment on column ops.dead_letter.arrived_at is 'Bản ghi lỗi vào bảng này lúc nào';
comment on view ops.letter_cause is
	'Bản ghi lỗi chưa kết thúc, mỗi nguyên nhân một dòng: bao nhiêu bản ghi, bao nhiêu khóa, đầu tiên và gần nhất, một lý do mẫu';
comment on table ops.audit is
	'Sổ ghi việc làm ở bàn xử lý lỗi, các dòng móc xích với nhau; kiểm tra bằng: songma audit verify';
comment on column ops.audit.body is 'Nguyên văn thông điệp trong topic _audit';
comment on column ops.audit.hmac is 'Mắt xích: tính từ khóa audit.key, mắt xích trước, số thứ tự và nguyên văn';
comment on view ops.run_balance is 'Đối soát từng lượt chạy: open, balanced, unbalanced, unprovable';

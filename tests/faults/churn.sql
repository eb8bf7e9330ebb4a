-- What goes on at the source all the while: rows are inserted and changed, many with one timestamp, and transactions
-- commit long after the timestamps that they wrote.  A writer runs until a row is in "enough".

create table thing (id bigint primary key, label text, amount numeric, seen_on date,
	changed timestamptz not null default now());
create table enough ();
create sequence thing_id;

-- One in 300 values is of no decimal: a dead letter, until the row is changed again.
create function some_amount() returns numeric language sql volatile as
	$$ select case when random() < 1 / 300.0 then 'NaN' else round((random() * 1000000)::numeric, 2) end $$;

create function some_label(id bigint) returns text language sql volatile as
	$$ select case when random() < 0.05 then null else 'thing ' || id || ' Đường số ' || floor(random() * 1000000) end $$;

create procedure add_things(n integer, at timestamptz) language sql as $$
	insert into thing select id, some_label(id), some_amount(), date '2020-01-01' + (random() * 2000)::integer, at
	from (select nextval('thing_id') as id from generate_series(1, n)) new;
$$;

-- A row that another writer holds is left alone, so that no writer waits for a long one.
create procedure change_things(n integer, at timestamptz) language sql as $$
	with picked as (select floor(random() * (select last_value from thing_id))::bigint as id from generate_series(1, n)),
	free as (select t.id from thing t where t.id in (select id from picked) for update skip locked)
	update thing set label = some_label(thing.id), amount = some_amount(), changed = at from free where thing.id = free.id;
$$;

create procedure churn(writer text, seed double precision) language plpgsql as $$
declare
	at timestamptz;
begin
	perform setseed(seed);
	loop
		at := clock_timestamp();
		if writer = 'short' then
			call add_things((random() * 8)::integer, at);
			call change_things((random() * 12)::integer, at);
			commit;
			perform pg_sleep(random() * 0.08);
		elsif writer = 'late' then
			call add_things((random() * 10)::integer, at);
			call change_things((random() * 10)::integer, at);
			perform pg_sleep(random() * 3);
			call change_things((random() * 10)::integer, at);
			commit;
		else
			-- Many rows of one timestamp, now and then one that lies behind: more than a page.
			call add_things((100 + random() * 200)::integer, at - (random() < 0.3)::integer * random() * interval '60 s');
			commit;
			perform pg_sleep(random() * 2);
		end if;
		exit when exists (select from enough);
	end loop;
end $$;

call add_things(20000, now() - interval '1 day');
create index on thing (changed, id);
grant select on thing to reader;
analyze thing;

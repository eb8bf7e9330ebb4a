-- What goes on in MariaDB all the while, as churn.sql does it in PostgreSQL.  A row whose day is 0000-00-00 is a dead letter
-- until it is changed again; rows that are deleted are noted in "gone".  A writer runs until a row is in "enough".

create table thing (id bigint unsigned primary key auto_increment, label varchar(80) character set utf8mb3,
	amount decimal(12,2), seen_on date, changed datetime(6) not null, key (changed, id));
create table office (id int primary key, label varchar(80), amount decimal(12,2), seen_on date, changed datetime(6) not null);
create table gone (id bigint unsigned primary key);
create table enough (id int);

delimiter //

create function some_label(id bigint unsigned) returns varchar(80) not deterministic no sql
	return if(rand() < 0.05, null, concat('thing ', id, ' Đường số ', floor(rand() * 1000000)))//

create function some_day() returns date not deterministic no sql
	return if(rand() < 1 / 300, '0000-00-00', date '2020-01-01' + interval floor(rand() * 2000) day)//

create procedure add_things(n int, at datetime(6)) modifies sql data
	insert into thing (label, amount, seen_on, changed)
		select some_label(seq), round(rand() * 1000000, 2), some_day(), at from seq_1_to_1000 where seq <= n//

-- Each writer has rows of its own, so that none waits for a long one: ids that leave the same rest.
create procedure change_things(n int, at datetime(6), rest int) modifies sql data
begin
	delete from picked;
	insert ignore into picked
		select 3 * floor(rand() * (select max(id) from thing) / 3) + rest from seq_1_to_100 where seq <= n;
	update thing t join picked p on p.id = t.id
		set t.label = some_label(t.id), t.amount = round(rand() * 1000000, 2), t.seen_on = some_day(), t.changed = at;
end//

create procedure drop_things() modifies sql data
begin
	insert ignore into gone select p.id from picked p join thing t on t.id = p.id order by p.id limit 2;
	delete from thing where id in (select id from gone);
end//

create procedure change_offices(at datetime(6)) modifies sql data
	update office set label = some_label(id), seen_on = some_day(), changed = at where id = floor(1 + rand() * 60)//

-- What a transaction wrote longer ago than the source's overlap can't be found any more: then it never was.
create procedure close_late(at datetime(6)) modifies sql data
	if timestampdiff(second, at, now(6)) > 8 then
		rollback;
	else
		commit;
	end if//

create procedure churn(writer text, seed int) modifies sql data
begin
	declare at datetime(6);
	set rand_seed1 = seed, rand_seed2 = seed + 7;
	create temporary table picked (id bigint unsigned primary key);
	repeat
		set at = now(6);
		start transaction;
		if writer = 'short' then
			call add_things(floor(rand() * 5), at);
			call change_things(floor(rand() * 8), at, 0);
			call change_offices(at);
			if rand() < 0.1 then
				call drop_things();
			end if;
			call close_late(at);
			do sleep(0.05 + rand() * 0.2);
		elseif writer = 'late' then
			call add_things(floor(rand() * 6), at);
			call change_things(floor(rand() * 6), at, 1);
			do sleep(rand() * 3);
			call change_things(floor(rand() * 6), at, 1);
			call close_late(at);
		else
			-- Many rows of one timestamp, now and then one that lies behind: more than a page.
			call add_things(floor(60 + rand() * 120), at - interval if(rand() < 0.3, rand() * 8, 0) second);
			call close_late(at);
			do sleep(2 + rand() * 3);
		end if;
	until exists (select 1 from enough) end repeat;
end//

delimiter ;

insert into thing (label, amount, seen_on, changed)
	select concat('thing ', seq), seq / 4, date '2020-01-01' + interval (seq mod 2000) day, now(6) - interval 1 day + interval seq second
	from seq_1_to_5000;
insert into office select seq, concat('office ', seq), seq, '2020-01-01', now(6) from seq_1_to_60;
analyze table thing;

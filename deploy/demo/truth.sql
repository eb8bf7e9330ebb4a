-- The truth: what the indicator has to say, by plain SQL over copies of the sources.  psql variables: as_of, months,
-- falsify.  A row with one value that can't be right does not count at all, which is what a dead letter means.
set client_min_messages = warning;
-- The planner thinks that hardly a row passes so many conditions, and would look up each one by itself.
set enable_nestloop = off;

insert into tham_so
select d, :months, (d - make_interval(months => :months))::date + 1, d + 1
from (select date :'as_of' as d) x;

-- ---- what a right value looks like ---------------------------------------------------------------------------------

create function so_gon(t text) returns text immutable language sql as
$$ select replace(replace(t, ' ', ''), '.', '') $$;

create function so_dung(t text) returns boolean immutable language sql as
$$ select t ~ '^0[0-9]{2}[0-3][0-9]{8}$' $$;

create function co_ngay(ngay integer, thang integer, nam integer) returns boolean immutable language sql as $$
	select thang between 1 and 12 and ngay between 1 and case
		when thang in (4, 6, 9, 11) then 30
		when thang <> 2 then 31
		when nam % 4 = 0 and (nam % 100 <> 0 or nam % 400 = 0) then 29
		else 28 end
$$;

-- Day, month and year in either order; or, when not whole, less than that.
create function ngay_dung(t text, nguyen boolean) returns boolean immutable language sql as $$
	select case
		when t ~ '^[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}$' and t !~ '^00/00/'
			then co_ngay(regexp_replace(t, '[/-].*$', '')::integer,
				regexp_replace(t, '^[0-9]+[/-]([0-9]+)[/-].*$', '\1')::integer, right(t, 4)::integer)
		when t ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
			then co_ngay(right(t, 2)::integer, substr(t, 6, 2)::integer, left(t, 4)::integer)
		when nguyen then false
		when t ~ '^(00/00/)?[0-9]{4}$' then true
		when t ~ '^[0-9]{2}/[0-9]{4}$' then left(t, 2)::integer between 1 and 12
		else false end
$$;

-- The same few dates stand in many rows: each is judged once.
create unlogged table ngay_sai as
with x as materialized (
	select distinct ngay_sinh as t from cong_dan
	union
	select distinct ngay_chet from khai_tu
)
select t from x where not ngay_dung(t, false);
create unlogged table ngay_lap_sai as
with x as materialized (
	select distinct ngay_lap as t from ho_so_suc_khoe
)
select t from x where not ngay_dung(t, true);

-- ---- the rows that are right ---------------------------------------------------------------------------------------

create unlogged table xa_moi as select distinct ma_moi as ma from xa_cu_moi;
create unlogged table xa_cu as
	select ma_cu as ma, bool_or(chia) as chia, min(ma_moi) as ma_moi from xa_cu_moi group by ma_cu;
analyze;

create unlogged table cong_dan_dung as
select so_gon(c.so_dinh_danh) as so, c.ngay_cap_nhat,
	case normalize(c.trang_thai, NFC) when 'Thường trú' then 'thuong_tru' else 'khac' end as tinh_trang,
	case when c.ngay_cap_nhat >= '2025-09-15' then m.ma when not u.chia then u.ma_moi end as xa,
	c.ngay_cap_nhat < '2025-09-15' and u.chia as bi_chia
from cong_dan c
left join xa_moi m on m.ma = c.ma_xa
left join xa_cu u on u.ma = c.ma_xa
where so_dung(so_gon(c.so_dinh_danh))
	and c.ngay_sinh not in (select t from ngay_sai)
	and btrim(normalize(c.gioi_tinh, NFC)) in ('Nam', 'NAM', 'Nữ', 'NỮ')
	and (c.dan_toc is null or normalize(c.dan_toc, NFC) in (select ma from dan_toc union select ten from dan_toc))
	and normalize(c.trang_thai, NFC) in ('Thường trú', 'Tạm trú', 'Đã chuyển đi', 'Đã chết', 'Đã xóa đăng ký')
	and (c.ngay_dang_ky is null or isfinite(c.ngay_dang_ky))
	and case when c.ngay_cap_nhat >= '2025-09-15' then m.ma else u.ma end is not null;

create unlogged table khai_tu_dung as
select so_gon(k.so_dinh_danh) as so, k.so_dinh_danh
from khai_tu k
where (k.so_dinh_danh is null or so_dung(so_gon(k.so_dinh_danh)))
	and k.ngay_chet not in (select t from ngay_sai)
	and case when k.ngay_dang_ky < '2025-07-01' then k.ma_xa in (select ma from xa_cu)
		else k.ma_xa in (select ma from xa_moi) end;

create unlogged table ho_so_dung as
select h.ma_ho_so, so_gon(h.so_cccd) as so
from ho_so_suc_khoe h
where (h.so_cccd is null or so_dung(so_gon(h.so_cccd)))
	and (h.the_bhyt is null or replace(h.the_bhyt, ' ', '') ~ '^([A-Z]{2}[1-5][0-9]{2})?[0-9]{10}$')
	and h.ma_xa in (select ma from xa_cu)
	and h.ngay_lap not in (select t from ngay_lap_sai)
	and (h.ty_le_hoan_thanh is null or h.ty_le_hoan_thanh <> 'NaN');

create unlogged table lan_dung as
select l.ma_ho_so, l.thoi_diem
from lan_cap_nhat l
where isfinite(l.thoi_diem)
	and normalize(l.loai, NFC) in ('Khám bệnh', 'Khám sức khỏe định kỳ', 'Tiêm chủng', 'Điều trị nội trú',
		'Cập nhật thông tin');

analyze;

-- ---- who counts ----------------------------------------------------------------------------------------------------

create view cu_dan as
select c.so, c.xa, c.bi_chia
from cong_dan_dung c
where c.tinh_trang = 'thuong_tru' and not exists (select from khai_tu_dung k where k.so = c.so);

-- One resident is made another: the demo has to notice.
\if :falsify
update cong_dan_dung set tinh_trang = 'khac' where so = (select min(so) from cu_dan where xa is not null);
\endif

create unlogged table cham_soc as
select h.so, bool_or(l.ma_ho_so is not null) as moi
from ho_so_dung h
left join (select distinct ma_ho_so from lan_dung, tham_so where thoi_diem >= tu and thoi_diem < den) l using (ma_ho_so)
where h.so is not null
group by h.so;

create table ket_qua as
select x.ma as unit_code, count(c.so) as denominator,
	count(*) filter (where s.moi) as fresh,
	count(*) filter (where not s.moi) as stale,
	count(c.so) filter (where s.so is null) as without
from xa x
left join cu_dan c on c.xa = x.ma
left join cham_soc s on s.so = c.so
group by x.ma;

create table ke_rieng as
select 'split_units' as ten, (select count(*) from cu_dan where bi_chia) as so
union all
select 'unmatched_people', (select count(*) from cham_soc s where not exists
	(select from cong_dan_dung c where c.so = s.so))
union all
select 'records_without_number', (select count(*) from ho_so_dung where so is null)
union all
select 'dead_in_justice', (select count(*) from cong_dan_dung c where c.tinh_trang = 'thuong_tru' and exists
	(select from khai_tu_dung k where k.so = c.so))
union all
select 'unknown_units', (select count(*) from cu_dan where xa is null and not bi_chia);

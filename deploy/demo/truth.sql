-- The truth: what the indicator has to say, by plain SQL over copies of the sources.  psql variables: as_of, months,
-- falsify.  A row with one value that can't be right does not count at all, which is what a dead letter means.
set client_min_messages = warning;
-- The planner thinks that hardly a row passes so many conditions, and would look up each one by itself.
set enable_nestloop = off;
set work_mem = '128MB';
set jit = off;

insert into tham_so
select d, :months, (d - make_interval(months => :months))::date + 1, d + 1
from (select date :'as_of' as d) x;

-- ---- what a right value looks like ---------------------------------------------------------------------------------

create function so_gon(t text) returns text immutable parallel safe language sql as
$$ select replace(replace(t, ' ', ''), '.', '') $$;

create function so_dung(t text) returns boolean immutable parallel safe language sql as
$$ select t ~ '^0[0-9]{2}[0-3][0-9]{8}$' $$;

create function co_ngay(ngay integer, thang integer, nam integer)
returns boolean immutable parallel safe language sql as $$
	select thang between 1 and 12 and ngay between 1 and case
		when thang in (4, 6, 9, 11) then 30
		when thang <> 2 then 31
		when nam % 4 = 0 and (nam % 100 <> 0 or nam % 400 = 0) then 29
		else 28 end
$$;

create function cmnd_dung(t text) returns boolean immutable parallel safe language sql as
$$ select t ~ '^[0-9]{9}$' $$;

-- The social insurance number: the last ten of a card.
create function so_bhxh(t text) returns text immutable parallel safe language sql as
$$ select right(replace(t, ' ', ''), 10) $$;

create function the_dung(t text) returns boolean immutable parallel safe language sql as
$$ select replace(t, ' ', '') ~ '^([A-Z]{2}[1-5][0-9]{2})?[0-9]{10}$' $$;

-- A commune's name without what kind of commune it is; TCVN3 has no capitals with a tone.
create function goc(t text) returns text immutable parallel safe language sql as
$$ select lower(regexp_replace(normalize(t, NFC), '^(Xã|Phường|Thị trấn) ', '')) $$;

-- Day, month and year in either order; or, when not whole, less than that.
create function ngay_dung(t text, nguyen boolean) returns boolean immutable parallel safe language sql as $$
	select case
		when t ~ '^[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}$' and t !~ '^00/00/'
			then co_ngay(regexp_replace(t, '[/-].*$', '')::integer,
				regexp_replace(t, '^[0-9]+[/-]([0-9]+)[/-].*$', '\1')::integer, right(t, 4)::integer)
		when t ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and t <> '0000-00-00'
			then co_ngay(right(t, 2)::integer, substr(t, 6, 2)::integer, left(t, 4)::integer)
		when t ~ '^(19|20)[0-9]{6}$'
			then co_ngay(right(t, 2)::integer, substr(t, 5, 2)::integer, left(t, 4)::integer)
		when nguyen then false
		when t = '0000-00-00' then true
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

create unlogged table dan_toc_dung as select ma as t from dan_toc union select ten from dan_toc;
create unlogged table xa_moi as select distinct ma_moi as ma from xa_cu_moi;
-- What was abolished before the whole map changed went to where its successor went.
create unlogged table xa_cu as
	select ma_cu as ma, bool_or(chia) as chia, min(ma_moi) as ma_moi from xa_cu_moi group by ma_cu;
insert into xa_cu select b.ma, c.chia, c.ma_moi from xa_bo b join xa_cu c on c.ma = b.ke_thua;
analyze;

-- The name is the code's own, or that of a commune that the code went to.
create function xa_khop(ma text, ten text) returns boolean stable parallel safe language sql as $$
	select $2 is null or exists (select from xa_cu_moi m join xa on xa.ma = m.ma_moi
		where m.ma_cu = $1 and goc($2) in (goc(m.ten_cu), goc(xa.ten)))
$$;

create unlogged table cong_dan_dung as
select so_gon(c.so_dinh_danh) as so, c.so_cmnd as cmnd, c.ngay_sinh, c.dan_toc, c.ngay_cap_nhat,
	case normalize(c.trang_thai, NFC) when 'Thường trú' then 'thuong_tru' when 'Đã chết' then 'da_chet'
		else 'khac' end as tinh_trang,
	case when c.ngay_cap_nhat >= '2025-09-15' then m.ma when not u.chia then u.ma_moi end as xa,
	c.ngay_cap_nhat < '2025-09-15' and u.chia as bi_chia
from cong_dan c
left join xa_moi m on m.ma = c.ma_xa
left join xa_cu u on u.ma = c.ma_xa
where so_dung(so_gon(c.so_dinh_danh))
	and (c.so_cmnd is null or cmnd_dung(c.so_cmnd))
	and c.ngay_sinh not in (select t from ngay_sai)
	and btrim(normalize(c.gioi_tinh, NFC)) in ('Nam', 'NAM', 'Nữ', 'NỮ')
	and (c.dan_toc is null or normalize(c.dan_toc, NFC) in (select t from dan_toc_dung))
	and normalize(c.trang_thai, NFC) in ('Thường trú', 'Tạm trú', 'Đã chuyển đi', 'Đã chết', 'Đã xóa đăng ký')
	and (c.ngay_dang_ky is null or isfinite(c.ngay_dang_ky))
	and case when c.ngay_cap_nhat >= '2025-09-15' then m.ma else u.ma end is not null;

create unlogged table khai_tu_dung as
select so_gon(k.so_dinh_danh) as so, k.so_dinh_danh, k.so_cmnd as cmnd
from khai_tu k
where (k.so_dinh_danh is null or so_dung(so_gon(k.so_dinh_danh)))
	and (k.so_cmnd is null or cmnd_dung(k.so_cmnd))
	and k.ngay_chet not in (select t from ngay_sai)
	and case when k.ngay_dang_ky < '2025-07-01' then k.ma_xa in (select ma from xa_cu)
		else k.ma_xa in (select ma from xa_moi) end;

create unlogged table ho_so_dung as
select h.ma_ho_so, so_gon(h.so_cccd) as so, so_bhxh(h.the_bhyt) as bhxh
from ho_so_suc_khoe h
where (h.so_cccd is null or so_dung(so_gon(h.so_cccd)))
	and (h.the_bhyt is null or the_dung(h.the_bhyt))
	and h.ma_xa in (select ma from xa_cu)
	and h.ngay_lap not in (select t from ngay_lap_sai)
	and (h.ty_le_hoan_thanh is null or h.ty_le_hoan_thanh <> 'NaN');

create unlogged table lan_dung as
select l.ma_ho_so, l.thoi_diem
from lan_cap_nhat l
where isfinite(l.thoi_diem)
	and normalize(l.loai, NFC) in ('Khám bệnh', 'Khám sức khỏe định kỳ', 'Tiêm chủng', 'Điều trị nội trú',
		'Cập nhật thông tin');

create unlogged table doi_tuong_dung as
select d.ma_doi_tuong, d.so_cccd as so, d.so_cmnd as cmnd, d.ma_bhxh as bhxh, d.dan_toc
from doi_tuong d
where (d.so_cccd is null or so_dung(d.so_cccd))
	and (d.so_cmnd is null or cmnd_dung(d.so_cmnd))
	and (d.ma_bhxh is null or d.ma_bhxh ~ '^[0-9]{10}$')
	and (d.dan_toc is null or d.dan_toc between '01' and '54')
	and d.ma_xa in (select ma from xa_cu) and xa_khop(d.ma_xa, d.ten_xa)
	and d.loai in (select ma from loai_doi_tuong)
	and ngay_dung(d.tu_ngay, false)
	and (d.den_ngay = '0000-00-00' or ngay_dung(d.den_ngay, true));

create unlogged table the_bhyt_dung as
select t.ma_the, t.so_cccd as so, t.so_cmnd as cmnd, so_bhxh(t.so_the) as bhxh
from the_bhyt t
where (t.so_cccd is null or so_dung(t.so_cccd))
	and (t.so_cmnd is null or cmnd_dung(t.so_cmnd))
	and the_dung(t.so_the)
	and t.thu_hoi in ('0', '1');

-- ---- which number is whose -----------------------------------------------------------------------------------------

-- Every row that names a personal number beside another number says so once; there are no chains.
create unlogged table bang_chung as
select so, 'cmnd' as loai, cmnd as n from cong_dan_dung where cmnd is not null
union select so, 'cmnd', cmnd from khai_tu_dung where so is not null and cmnd is not null
union select so, 'cmnd', cmnd from doi_tuong_dung where so is not null and cmnd is not null
union select so, 'cmnd', cmnd from the_bhyt_dung where so is not null and cmnd is not null
union select so, 'bhxh', bhxh from ho_so_dung where so is not null and bhxh is not null
union select so, 'bhxh', bhxh from doi_tuong_dung where so is not null and bhxh is not null
union select so, 'bhxh', bhxh from the_bhyt_dung where so is not null and bhxh is not null;

-- A number that two people are named with leads nowhere.
create unlogged table noi as
select loai, n, min(so) as so from bang_chung group by loai, n having count(*) = 1;

analyze cong_dan_dung, khai_tu_dung, ho_so_dung, lan_dung, doi_tuong_dung, the_bhyt_dung, bang_chung, noi;

-- ---- who counts ----------------------------------------------------------------------------------------------------

create unlogged table da_chet as
select so, bool_or(thang) as thang
from (
	select so, true as thang from khai_tu_dung where so is not null
	union all
	select n.so, false from khai_tu_dung k join noi n on n.loai = 'cmnd' and n.n = k.cmnd where k.so is null
) x
group by so;

-- Each record with its owner, by the number in it or by a link.
create unlogged table chu_ho_so as
select coalesce(h.so, n.so) as so, h.so is not null as thang, l.ma_ho_so is not null as moi
from ho_so_dung h
left join noi n on h.so is null and n.loai = 'bhxh' and n.n = h.bhxh
left join (select distinct ma_ho_so from lan_dung, tham_so where thoi_diem >= tu and thoi_diem < den) l using (ma_ho_so);

-- One resident is made another: the demo has to notice.
\if :falsify
update cong_dan_dung set tinh_trang = 'khac' where so = (select min(so) from cong_dan_dung
	where tinh_trang = 'thuong_tru' and xa is not null and so not in (select so from da_chet));
\endif
analyze da_chet, chu_ho_so;

-- Each person with a record, once: by a number in a record and by any record of theirs.
create unlogged table cham_soc as
select so, bool_or(thang) as thang, bool_or(moi) filter (where thang) as moi_thang, bool_or(moi) as moi
from chu_ho_so
where so is not null
group by so;

-- Each resident by what is known of them, with the number of those alike, so that the four variants need one pass.
create unlogged table cu_dan_dem as
select c.xa, d.so is not null as chet, coalesce(d.thang, false) as chet_thang, s.so is not null as co,
	coalesce(s.thang, false) as co_thang, coalesce(s.moi, false) as moi, coalesce(s.moi_thang, false) as moi_thang,
	count(*) as so_nguoi
from cong_dan_dung c
left join da_chet d on d.so = c.so
left join cham_soc s on s.so = c.so
where c.tinh_trang = 'thuong_tru'
group by 1, 2, 3, 4, 5, 6, 7;

-- links, deaths: 1 where the variant uses them.
create unlogged table tung_xa as
select v.ten, x.ma as unit_code, coalesce(sum(c.so_nguoi), 0) as denominator,
	coalesce(sum(c.so_nguoi) filter (where k.co and k.moi), 0) as fresh,
	coalesce(sum(c.so_nguoi) filter (where k.co and not k.moi), 0) as stale,
	coalesce(sum(c.so_nguoi) filter (where not k.co), 0) as without
from (values ('full', 1, 1), ('without_links', 0, 1), ('without_deaths', 1, 0), ('without_both', 0, 0))
	as v (ten, links, deaths)
cross join xa x
left join cu_dan_dem c on c.xa = x.ma
	and not (v.deaths = 1 and case v.links when 1 then c.chet else c.chet_thang end)
left join lateral (select case v.links when 1 then c.co else c.co_thang end as co,
	case v.links when 1 then c.moi else c.moi_thang end as moi) k on true
group by v.ten, x.ma;

create table ket_qua as
select unit_code, denominator, fresh, stale, without from tung_xa where ten = 'full';

create table bien_the_ket_qua as
select ten, sum(denominator) as denominator, sum(fresh) as fresh, sum(stale) as stale, sum(without) as without
from tung_xa group by ten;

create view cu_dan as
select c.so, c.xa, c.bi_chia
from cong_dan_dung c
where c.tinh_trang = 'thuong_tru' and not exists (select from da_chet d where d.so = c.so);

create table ke_rieng as
select 'split_units' as ten, (select count(*) from cu_dan where bi_chia) as so
union all
select 'unmatched_people', (select count(distinct h.so) from chu_ho_so h where h.so is not null and not exists
	(select from cong_dan_dung c where c.so = h.so))
union all
select 'records_without_number', (select count(*) from chu_ho_so where so is null)
union all
select 'records_linked', (select count(*) from chu_ho_so where so is not null and not thang)
union all
select 'dead_in_justice', (select count(*) from cong_dan_dung c where c.tinh_trang = 'thuong_tru' and exists
	(select from da_chet d where d.so = c.so))
union all
select 'unknown_units', (select count(*) from cu_dan where xa is null and not bi_chia);

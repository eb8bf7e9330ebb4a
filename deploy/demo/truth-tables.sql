-- The scratch database of the truth: the source tables' columns as they are, and the demo's own list of old and new
-- communes.  Nothing in here comes from the gateway, its schemas or its code lists.
create unlogged table cong_dan (
	so_dinh_danh text, so_cmnd text, ngay_sinh text, gioi_tinh text, dan_toc text, ma_xa text, trang_thai text,
	ngay_dang_ky date, ngay_cap_nhat timestamp
);
-- As the communes' files have it.
create unlogged table cong_dan_tep (
	so_dinh_danh text, so_cmnd text, ho_ten text, ngay_sinh text, gioi_tinh text, dan_toc text, ma_xa text,
	dia_chi text, so_dien_thoai text, trang_thai text, la_chu_ho boolean, ngay_dang_ky date, ngay_cap_nhat timestamp
);
create unlogged table khai_sinh (
	id bigint, so_dinh_danh text, gioi_tinh text, ngay_sinh text, ma_xa text, ten_xa text, ngay_dang_ky date
);
create unlogged table khai_tu (
	id bigint, so_dinh_danh text, so_cmnd text, ngay_chet text, ma_xa text, ngay_dang_ky date
);
create unlogged table ket_hon (
	id bigint, so_dinh_danh_chong text, so_dinh_danh_vo text, ma_xa text, ngay_dang_ky date
);
create unlogged table ho_so_suc_khoe (
	ma_ho_so text, so_cccd text, the_bhyt text, ma_xa text, ngay_lap text, ty_le_hoan_thanh numeric,
	thoi_diem_cap_nhat timestamp
);
create unlogged table lan_cap_nhat (
	id bigint, ma_ho_so text, thoi_diem timestamp, loai text
);
-- A text whose bytes are TCVN3 (ABC), taken for Latin-1: the letters of the bytes 161 to 254, in their order.
create function latin1() returns text immutable parallel safe language sql as
$$ select string_agg(chr(b), '' order by b) from generate_series(161, 254) b $$;
create function tu_tcvn3(t text) returns text immutable parallel safe language sql as $$
	select translate(t, latin1(),
		'ĂÂÊÔƠƯĐăâêôơưđ      àảãáạ ằẳẵắ       ặầẩẫấậè ẻẽéẹềểễếệìỉ   ĩíịò ỏõóọồổỗốộờởỡớợù ủũúụừửữứựỳỷỹýỵ')
$$;
create unlogged table doi_tuong (
	ma_doi_tuong text, so_cccd text, so_cmnd text, ma_bhxh text, dan_toc text, ma_xa text, ten_xa_luu text,
	ten_xa text generated always as (tu_tcvn3(ten_xa_luu)) stored, loai text, tu_ngay text, den_ngay text, trang_thai text
);
create unlogged table chi_tra (id bigint, ma_doi_tuong text, thang text, da_chi text, ngay_sua timestamp);
create unlogged table the_bhyt (
	ma_the text, so_the text, so_cccd text, so_cmnd text, tu_ngay text, den_ngay text, thu_hoi text, ngay_sua timestamp
);
create unlogged table ho_so (
	ma_ho_so text, ma_chinh_sach text, trang_thai text
);
create unlogged table su_kien (
	id bigint, ma_ho_so text, thoi_diem timestamp, loai text
);
create unlogged table xa_cu_moi (ma_cu text, ma_moi text, chia boolean, ten_cu text);
create unlogged table xa_bo (ma text primary key, ke_thua text);
create unlogged table xa (ma text primary key, ten text, dan_so integer, vung text);
create unlogged table dan_toc (ma text, ma_2008 text, ten text, ty_le numeric, ho text, dem text);
create unlogged table loai_doi_tuong (ma text primary key, muc numeric);
create table tham_so (tinh_den date, thang integer, tu timestamp, den timestamp);

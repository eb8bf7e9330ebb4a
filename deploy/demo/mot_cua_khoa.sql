-- Khóa và chỉ mục, tạo sau khi nạp dữ liệu.
alter table ho_so add primary key (ma_ho_so);
alter table su_kien add primary key (id);
create index ho_so_ngay_cap_nhat on ho_so (ngay_cap_nhat);
create index su_kien_ngay_ghi on su_kien (ngay_ghi, id);
create index su_kien_ho_so on su_kien (ma_ho_so);

create sequence su_kien_id owned by su_kien.id;
select setval('su_kien_id', (select max(id) from su_kien));
alter table su_kien alter column id set default nextval('su_kien_id');

-- Như phần mềm vẫn làm: ai sửa hồ sơ nào thì giờ cập nhật của hồ sơ ấy đổi theo; đổi trạng thái thì ghi một sự kiện.
create function ghi_gio_cap_nhat() returns trigger language plpgsql as $$
begin
	new.ngay_cap_nhat := localtimestamp;
	return new;
end $$;
create trigger ho_so_cap_nhat before update on ho_so
	for each row execute function ghi_gio_cap_nhat();

create function ghi_su_kien() returns trigger language plpgsql as $$
begin
	insert into su_kien (ma_ho_so, thoi_diem, loai, trang_thai_moi, ngay_ghi)
	values (new.ma_ho_so, localtimestamp, case new.trang_thai
		when 'Đã xử lý xong' then 'Xử lý xong'
		when 'Đã trả kết quả' then 'Trả kết quả'
		when 'Dừng xử lý' then 'Dừng xử lý'
		when 'Yêu cầu bổ sung giấy tờ' then 'Yêu cầu bổ sung'
		when 'Công dân yêu cầu rút hồ sơ' then 'Rút hồ sơ'
		else 'Chuyển xử lý' end, new.trang_thai, localtimestamp);
	return null;
end $$;
create trigger ho_so_su_kien after update of trang_thai on ho_so
	for each row when (old.trang_thai is distinct from new.trang_thai) execute function ghi_su_kien();

create function ghi_gio_ghi() returns trigger language plpgsql as $$
begin
	new.ngay_ghi := localtimestamp;
	return new;
end $$;
create trigger su_kien_ngay_ghi before update on su_kien
	for each row execute function ghi_gio_ghi();

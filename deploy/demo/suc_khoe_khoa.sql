-- Khóa và chỉ mục, tạo sau khi nạp dữ liệu.
alter table ho_so_suc_khoe add primary key (ma_ho_so);
alter table lan_cap_nhat add primary key (id);
create index ho_so_suc_khoe_cap_nhat on ho_so_suc_khoe (thoi_diem_cap_nhat);
create index lan_cap_nhat_ngay_ghi on lan_cap_nhat (ngay_ghi, id);
create index lan_cap_nhat_ho_so on lan_cap_nhat (ma_ho_so);

create sequence lan_cap_nhat_id owned by lan_cap_nhat.id;
select setval('lan_cap_nhat_id', (select max(id) from lan_cap_nhat));
alter table lan_cap_nhat alter column id set default nextval('lan_cap_nhat_id');

-- Như phần mềm vẫn làm: sửa hồ sơ là một lần cập nhật, được ghi lại cùng giờ.
create function ghi_gio_cap_nhat() returns trigger language plpgsql as $$
begin
	new.thoi_diem_cap_nhat := localtimestamp;
	return new;
end $$;
create trigger ho_so_cap_nhat before update on ho_so_suc_khoe
	for each row execute function ghi_gio_cap_nhat();

create function ghi_lan_cap_nhat() returns trigger language plpgsql as $$
begin
	insert into lan_cap_nhat (ma_ho_so, thoi_diem, loai, ngay_ghi)
	values (new.ma_ho_so, localtimestamp, 'Cập nhật thông tin', localtimestamp);
	return null;
end $$;
create trigger ho_so_lan_cap_nhat after update on ho_so_suc_khoe
	for each row execute function ghi_lan_cap_nhat();

create function ghi_gio_ghi() returns trigger language plpgsql as $$
begin
	new.ngay_ghi := localtimestamp;
	return new;
end $$;
create trigger lan_cap_nhat_ngay_ghi before update on lan_cap_nhat
	for each row execute function ghi_gio_ghi();

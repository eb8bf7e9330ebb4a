-- Khóa và chỉ mục, tạo sau khi nạp dữ liệu.
alter table khai_sinh add primary key (id);
alter table khai_tu add primary key (id);
alter table ket_hon add primary key (id);
create index khai_sinh_ngay_cap_nhat on khai_sinh (ngay_cap_nhat, id);
create index khai_tu_ngay_cap_nhat on khai_tu (ngay_cap_nhat);

create function ghi_gio_cap_nhat() returns trigger language plpgsql as $$
begin
	new.ngay_cap_nhat := localtimestamp;
	return new;
end $$;
create trigger khai_sinh_cap_nhat before update on khai_sinh
	for each row execute function ghi_gio_cap_nhat();
create trigger khai_tu_cap_nhat before update on khai_tu
	for each row execute function ghi_gio_cap_nhat();

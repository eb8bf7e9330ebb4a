-- Khóa và chỉ mục, tạo sau khi nạp dữ liệu.
alter table cong_dan add primary key (so_dinh_danh);
create index cong_dan_ngay_cap_nhat on cong_dan (ngay_cap_nhat);

-- Như phần mềm vẫn làm: ai sửa dòng nào thì giờ cập nhật của dòng ấy đổi theo.
create function ghi_gio_cap_nhat() returns trigger language plpgsql as $$
begin
	new.ngay_cap_nhat := localtimestamp;
	return new;
end $$;
create trigger cong_dan_cap_nhat before update on cong_dan
	for each row execute function ghi_gio_cap_nhat();

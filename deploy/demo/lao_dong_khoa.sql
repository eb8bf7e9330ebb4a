-- Khóa và chỉ mục, tạo sau khi nạp dữ liệu.
alter table doi_tuong add primary key (ma_doi_tuong);
alter table chi_tra add primary key (id);
alter table the_bhyt add primary key (ma_the);
create index doi_tuong_ngay_sua on doi_tuong (ngay_sua);
create index chi_tra_ngay_sua on chi_tra (ngay_sua, id);
create index the_bhyt_ngay_sua on the_bhyt (ngay_sua);

-- Như phần mềm vẫn làm: ai sửa dòng nào thì giờ cập nhật của dòng ấy đổi theo.
create function ghi_ngay_sua() returns trigger language plpgsql as $$
begin
	new.ngay_sua := localtimestamp;
	return new;
end $$;
create trigger doi_tuong_ngay_sua before update on doi_tuong for each row execute function ghi_ngay_sua();
create trigger chi_tra_ngay_sua before update on chi_tra for each row execute function ghi_ngay_sua();
create trigger the_bhyt_ngay_sua before update on the_bhyt for each row execute function ghi_ngay_sua();

-- Chỉ mục, tạo sau khi nạp dữ liệu.
create index doi_tuong_ngay_sua on doi_tuong (ngay_sua);
create index chi_tra_ngay_sua on chi_tra (ngay_sua, id);
create index the_bhyt_ngay_sua on the_bhyt (ngay_sua);
analyze table doi_tuong, chi_tra, the_bhyt;

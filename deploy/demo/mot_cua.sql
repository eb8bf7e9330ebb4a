-- Cơ sở dữ liệu hệ thống một cửa điện tử: hồ sơ thủ tục hành chính và từng sự kiện của hồ sơ.
create table ho_so (
	ma_ho_so        varchar(40)  not null,
	ma_thu_tuc      varchar(40)  not null,
	ma_chinh_sach   varchar(20),
	nguoi_nop       varchar(120) not null,
	so_cccd         varchar(20),
	so_dien_thoai   varchar(20),
	ma_xa           varchar(10)  not null,
	ngay_tiep_nhan  timestamp without time zone not null,
	ngay_hen_tra    date         not null,
	ngay_hoan_thanh timestamp without time zone,
	trang_thai      varchar(60)  not null,
	can_bo_thu_ly   varchar(120),
	ngay_cap_nhat   timestamp without time zone not null
);
create table su_kien (
	id             bigint      not null,
	ma_ho_so       varchar(40) not null,
	thoi_diem      timestamp without time zone not null,
	loai           varchar(60) not null,
	trang_thai_moi varchar(60),
	he_thong       varchar(60),
	noi_dung       text,
	ngay_ghi       timestamp without time zone not null
);
comment on table ho_so is 'Hồ sơ thủ tục hành chính';
comment on column ho_so.ma_xa is 'Mã xã của điểm tiếp nhận; điểm đặt ở trụ sở xã cũ vẫn mang mã trước sắp xếp';
comment on column ho_so.ma_chinh_sach is 'Chính sách được xin hưởng; trống với thủ tục không chi trả';
comment on column ho_so.ngay_hoan_thanh is 'Lúc xử lý xong hoặc dừng; trống khi còn đang giải quyết';
comment on table su_kien is 'Từng việc đã xảy ra với hồ sơ';
comment on column su_kien.he_thong is 'Hệ thống được hỏi hoặc đã trả lời khi liên thông';

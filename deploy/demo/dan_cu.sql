-- Cơ sở dữ liệu đăng ký cư trú, như các hệ thống loại này vẫn có: ngày sinh là chữ, giờ không kèm múi giờ.
create table cong_dan (
	so_dinh_danh  varchar(20)  not null,
	so_cmnd       varchar(20),
	ho_ten        varchar(120) not null,
	ngay_sinh     varchar(20),
	gioi_tinh     varchar(10),
	dan_toc       varchar(40),
	ma_xa         varchar(10)  not null,
	dia_chi       varchar(200),
	so_dien_thoai varchar(20),
	trang_thai    varchar(40)  not null,
	la_chu_ho     boolean      not null default false,
	ngay_dang_ky  date,
	ngay_cap_nhat timestamp without time zone not null
);
comment on table cong_dan is 'Công dân đăng ký cư trú';
comment on column cong_dan.ma_xa is 'Mã xã; dòng sửa trước 15/9/2025 còn mang mã trước sắp xếp';

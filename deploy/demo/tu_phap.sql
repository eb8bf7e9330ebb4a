-- Cơ sở dữ liệu hộ tịch điện tử.
create table khai_sinh (
	id               bigint       not null,
	so_dang_ky       varchar(20)  not null,
	ngay_dang_ky     date         not null,
	ma_xa            varchar(10)  not null,
	ten_xa           varchar(80),
	so_dinh_danh     varchar(20),
	ho_ten           varchar(120) not null,
	gioi_tinh        varchar(10)  not null,
	ngay_sinh        varchar(20)  not null,
	so_dinh_danh_me  varchar(20),
	so_dinh_danh_cha varchar(20),
	ngay_cap_nhat    timestamp without time zone not null
);
create table khai_tu (
	id            bigint       not null,
	so_dang_ky    varchar(20)  not null,
	ngay_dang_ky  date         not null,
	ma_xa         varchar(10)  not null,
	so_dinh_danh  varchar(20),
	so_cmnd       varchar(20),
	ho_ten        varchar(120) not null,
	ngay_sinh     varchar(20),
	gioi_tinh     varchar(10),
	ngay_chet     varchar(20)  not null,
	ngay_cap_nhat timestamp without time zone not null
);
create table ket_hon (
	id                 bigint       not null,
	so_dang_ky         varchar(20)  not null,
	ngay_dang_ky       date         not null,
	ma_xa              varchar(10)  not null,
	so_dinh_danh_chong varchar(20),
	ho_ten_chong       varchar(120) not null,
	so_dinh_danh_vo    varchar(20),
	ho_ten_vo          varchar(120) not null,
	ngay_cap_nhat      timestamp without time zone not null
);
comment on table khai_sinh is 'Đăng ký khai sinh';
comment on table khai_tu is 'Đăng ký khai tử';
comment on table ket_hon is 'Đăng ký kết hôn';

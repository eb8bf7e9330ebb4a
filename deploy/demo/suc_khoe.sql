-- Cơ sở dữ liệu hồ sơ sức khỏe điện tử.
create table ho_so_suc_khoe (
	ma_ho_so           varchar(16)  not null,
	so_cccd            varchar(20),
	the_bhyt           varchar(20),
	ho_ten             varchar(120) not null,
	ngay_sinh          date,
	ma_xa              varchar(10)  not null,
	ngay_lap           varchar(20)  not null,
	ty_le_hoan_thanh   numeric(5,2),
	ghi_chu            text,
	thoi_diem_cap_nhat timestamp without time zone
);
create table lan_cap_nhat (
	id        bigint      not null,
	ma_ho_so  varchar(16) not null,
	thoi_diem timestamp without time zone not null,
	loai      varchar(40) not null,
	noi_dung  text,
	ngay_ghi  timestamp without time zone not null
);
comment on table ho_so_suc_khoe is 'Hồ sơ sức khỏe điện tử';
comment on table lan_cap_nhat is 'Từng lần hồ sơ được cập nhật: thời điểm việc xảy ra và thời điểm ghi vào máy';

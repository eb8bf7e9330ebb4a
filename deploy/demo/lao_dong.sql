-- Cơ sở dữ liệu lao động – xã hội: đối tượng bảo trợ, chi trả, thẻ BHYT.  Ngày là chữ dạng 20240131, có khi chỉ có năm.
create table doi_tuong (
	ma_doi_tuong varchar(16)  not null,
	so_cccd      varchar(20),
	so_cmnd      varchar(20),
	ma_bhxh      varchar(20),
	ho_ten       varchar(120) not null,
	ngay_sinh    varchar(8),
	dan_toc      varchar(10),
	ma_xa        varchar(10)  not null,
	ten_xa       varchar(80),
	loai         varchar(10)  not null,
	tu_ngay      varchar(10),
	den_ngay     varchar(10),
	trang_thai   varchar(40)  not null,
	ngay_sua     timestamp without time zone not null
);
create table chi_tra (
	id           bigint        not null,
	ma_doi_tuong varchar(16)   not null,
	thang        varchar(7)    not null,
	so_tien      numeric(12,0) not null,
	ngay_chi     varchar(8)    not null,
	ngay_sua     timestamp without time zone not null
);
create table the_bhyt (
	ma_the   varchar(16)  not null,
	so_the   varchar(20)  not null,
	so_cccd  varchar(20),
	so_cmnd  varchar(20),
	ho_ten   varchar(120) not null,
	tu_ngay  varchar(8)   not null,
	den_ngay varchar(10)  not null,
	ngay_sua timestamp without time zone not null
);
comment on table doi_tuong is 'Đối tượng bảo trợ xã hội';
comment on column doi_tuong.dan_toc is 'Mã dân tộc theo Quyết định 1019/QĐ-TCTK (2008)';
comment on column doi_tuong.ma_xa is 'Mã xã trước sắp xếp 01/7/2025; tên xã ghi bên cạnh';
comment on table chi_tra is 'Chi trả trợ cấp hằng tháng';
comment on table the_bhyt is 'Thẻ BHYT đã cấp: số thẻ nào của số định danh nào';

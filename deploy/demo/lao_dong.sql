-- Cơ sở dữ liệu lao động – xã hội: đối tượng bảo trợ, chi trả, thẻ BHYT.  MariaDB, mười mấy năm tuổi: bảng latin1 mà tên
-- gõ bằng TCVN3 (ABC), chữ thêm về sau là utf8mb3; chưa rõ thì ghi 0000-00-00, chỉ biết tháng thì ngày là 00.
create table doi_tuong (
	ma_doi_tuong varchar(16)  not null primary key,
	so_cccd      varchar(20),
	so_cmnd      varchar(20),
	ma_bhxh      varchar(20),
	ho_ten       varchar(120) not null comment 'TCVN3',
	ngay_sinh    varchar(8),
	dan_toc      varchar(10)  comment 'Mã dân tộc theo Quyết định 1019/QĐ-TCTK (2008)',
	ma_xa        varchar(10)  not null comment 'Mã xã trước sắp xếp 01/7/2025; tên xã ghi bên cạnh',
	ten_xa       varchar(80)  comment 'TCVN3',
	loai         varchar(10)  not null,
	tu_ngay      varchar(10)  comment '20240131, có khi chỉ có năm',
	den_ngay     date         not null default '0000-00-00' comment '0000-00-00: còn hưởng',
	trang_thai   varchar(40)  character set utf8mb3 not null,
	ngay_sua     datetime     not null default current_timestamp on update current_timestamp
) engine = InnoDB, default charset latin1, comment 'Đối tượng bảo trợ xã hội';
create table chi_tra (
	id           int unsigned not null auto_increment primary key,
	ma_doi_tuong varchar(16)  not null,
	thang        date         not null comment '2026-09-00',
	so_tien      int unsigned not null,
	ngay_chi     date         not null,
	da_chi       bit(1)       not null default b'0',
	ngay_sua     timestamp    not null default current_timestamp on update current_timestamp
) engine = InnoDB, default charset latin1, comment 'Chi trả trợ cấp hằng tháng';
create table the_bhyt (
	ma_the   bigint unsigned not null primary key comment 'UUID_SHORT()',
	so_the   varchar(20)  not null,
	so_cccd  varchar(20),
	so_cmnd  varchar(20),
	ho_ten   varchar(120) not null comment 'TCVN3',
	tu_ngay  date         not null default '0000-00-00',
	den_ngay date         not null default '9999-12-31',
	thu_hoi  tinyint(1)   not null default 0,
	ngay_sua datetime     not null default current_timestamp on update current_timestamp
) engine = InnoDB, default charset latin1, comment 'Thẻ BHYT đã cấp: số thẻ nào của số định danh nào';

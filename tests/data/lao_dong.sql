-- The columns of labour's demo database, which is a MariaDB, in PostgreSQL: for scenarios that want all sectors in one place.
create table doi_tuong (
	ma_doi_tuong varchar(16)  primary key,
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
	id           bigint        primary key,
	ma_doi_tuong varchar(16)   not null,
	thang        varchar(10)   not null,
	so_tien      numeric(12,0) not null,
	ngay_chi     date          not null,
	da_chi       boolean       not null,
	ngay_sua     timestamp without time zone not null
);
create table the_bhyt (
	ma_the   varchar(24)  primary key,
	so_the   varchar(20)  not null,
	so_cccd  varchar(20),
	so_cmnd  varchar(20),
	ho_ten   varchar(120) not null,
	tu_ngay  varchar(10)  not null,
	den_ngay varchar(10)  not null,
	thu_hoi  smallint     not null,
	ngay_sua timestamp without time zone not null
);
create index on doi_tuong (ngay_sua);
create index on chi_tra (ngay_sua, id);
create index on the_bhyt (ngay_sua);

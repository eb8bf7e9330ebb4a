-- A labour office's database as such databases are: twenty tables by many hands, in MariaDB.  Mixed encodings, days as
-- text, missing keys, reserved words, copies and logs between what matters, zero dates, bits for truth, views.
-- Rows are made up; nothing in them is anybody's.
set names utf8mb4;
set sql_mode = 'NO_ENGINE_SUBSTITUTION';
drop database if exists sldtbxh;
create database sldtbxh character set latin1;
use sldtbxh;

-- 1. Beneficiaries, in capitals, names in TCVN3 whose bytes the latin1 column keeps, days as text.
create table `DOITUONG` (
	`MADT` varchar(16) not null, `SOCCCD` varchar(20), `SOCMND` varchar(20), `MABHXH` varchar(20), `HOTEN` varchar(80),
	`NGAYSINH` varchar(10), `DANTOC` char(2), `MAXA` char(5) not null, `LOAI` varchar(4) not null, `TUNGAY` varchar(10),
	`DENNGAY` varchar(10), `TRANGTHAI` varchar(30) character set utf8mb3 not null, `NGAYCAPNHAT` datetime not null,
	`ANH` blob, primary key (`MADT`)) engine = InnoDB;
insert into `DOITUONG` select concat('DT', lpad(seq, 6, '0')), concat('0380', 60 + seq mod 40, lpad(seq, 6, '0')),
	if(seq mod 3 = 0, concat('17', lpad(seq, 7, '0')), null), concat('38', lpad(seq, 8, '0')),
	convert(binary unhex('4CAA205468DE2048E56E67') using latin1),
	concat(lpad(1 + seq mod 28, 2, '0'), '/', lpad(1 + seq mod 12, 2, '0'), '/', 1940 + seq mod 60), '01', '14767', '1a',
	concat(2015 + seq mod 9, '0131'), null, if(seq mod 50 = 0, 'không rõ lắm', 'Đang hưởng'),
	'2025-01-01' + interval seq minute, null from seq_1_to_600;

-- 2. Payments: a number of its own, month as text.
create table `chi_tra` (`id` int unsigned not null auto_increment primary key, `ma_doi_tuong` varchar(16) not null,
	`thang` varchar(7) not null, `so_tien` decimal(12,0) not null, `ngay_chi` varchar(8) not null,
	`ngay_sua` timestamp not null default current_timestamp on update current_timestamp) default charset = utf8mb4;
insert into `chi_tra` (`ma_doi_tuong`, `thang`, `so_tien`, `ngay_chi`, `ngay_sua`) select
	concat('DT', lpad(1 + seq mod 600, 6, '0')), concat(lpad(1 + seq mod 12, 2, '0'), '/2025'), 500000, '20250105',
	'2025-02-01' + interval seq minute from seq_1_to_3000;

-- 3. Insurance cards, camel case.
create table `TheBHYT` (`MaThe` varchar(16) primary key, `SoThe` varchar(20) not null, `SoCCCD` varchar(20), `SoCMND`
	varchar(20), `HoVaTen` varchar(120), `TuNgay` varchar(10), `DenNgay` varchar(10), `NgaySua` datetime(3) not null)
	default charset = utf8mb4;
insert into `TheBHYT` select concat('T', seq), concat('DN4380', lpad(seq, 9, '0')), concat('0380', 60 + seq mod 40,
	lpad(seq, 6, '0')), null, 'Nguyễn Văn Thử', '20250101', '31/12/9999', '2025-03-01' + interval seq second
	from seq_1_to_400;

-- 4. Reserved words and a name with blanks; a key of two columns that nobody declared.
create table `order` (`group` varchar(10) not null, `select` int not null, `Tên đợt` varchar(50), `key` varchar(10),
	`from` date, `số lượng` int) default charset = utf8mb4;
insert into `order` select concat('D', seq div 10), seq mod 10, 'Đợt', 'k', '2025-05-01', seq from seq_1_to_90;

-- 5. A time of change that is text; zero dates.
create table `quyet_dinh` (`so_qd` varchar(30) not null primary key, `ngay_ky` date, `ngay_sua` varchar(20), `trich_yeu`
	text, `nguoi_ky` varchar(60)) default charset = utf8mb4;
insert into `quyet_dinh` select concat(seq, '/QĐ-UBND'), if(seq mod 7 = 0, '0000-00-00', '2025-04-01'), '01/04/2025 08:00',
	'Về việc', 'Ai đó' from seq_1_to_80;

-- 6. No key at all, and rows that are twice the same.
create table `nhat_ky_cu` (`luc` datetime, `noi_dung` varchar(200)) engine = MyISAM;
insert into `nhat_ky_cu` select '2020-01-01', 'x' from seq_1_to_500;

-- 7.-9. Copies that somebody forgot.
create table `DOITUONG_bak` as select * from `DOITUONG`;
create table `tmp_doituong_2023` as select * from `DOITUONG` limit 100;
create table `chi_tra_old` as select * from `chi_tra` limit 200;

-- 10.-12. Lists.
create table `dm_xa` (`ma` char(5) primary key, `ten` varchar(60)) default charset = utf8mb4;
insert into `dm_xa` values ('14767', 'Thị trấn Thọ Xuân'), ('14770', 'Xã X');
create table `dm_loai` (`loai` varchar(4), `ten_loai` varchar(100)) default charset = utf8mb4;
insert into `dm_loai` values ('1a', 'Trẻ em'), ('1b', 'Khác');
create table `dm_dantoc` (`id` tinyint unsigned primary key, `ten` varchar(30) character set latin1);
insert into `dm_dantoc` values (1, 'Kinh'), (2, 'Tay');

-- 13. Accounts: nothing of it may leave.
create table `users` (`id` int primary key, `username` varchar(30), `password` varchar(64), `email` varchar(60));
insert into `users` values (1, 'admin', 'x', 'a@b.vn');

-- 14. Settings, and 15. a log.
create table `sys_config` (`k` varchar(30), `v` varchar(200));
create table `log_dang_nhap` (`id` bigint unsigned primary key auto_increment, `user_id` int, `luc` datetime, `ip` varchar(40));
insert into `log_dang_nhap` (`user_id`, `luc`, `ip`) select 1, '2025-01-01', '10.0.0.1' from seq_1_to_2000;

-- 16. Bits and tinyint(1) for truth, year, time, json, enum, a wide number.
create table `ho_ngheo` (`ma_ho` varchar(12) primary key, `so_cccd_chu_ho` varchar(12), `ngheo` tinyint(1), `can_ngheo`
	bit(1), `nam` year, `gio` time, `chi_tiet` json, `muc` enum('A','B','C'), `diem` double, `ma_xa` char(5),
	`updated_at` datetime not null) default charset = utf8mb4;
insert into `ho_ngheo` select concat('H', seq), concat('038060', lpad(seq, 6, '0')), seq mod 2, b'1', 2025, '08:00:00', '{}',
	'A', seq / 3, '14767', '2025-06-01' + interval seq minute from seq_1_to_300;

-- 17. Dossiers with phones and free text.
create table `Ho_So` (`Ma_Ho_So` varchar(40) primary key, `Ma_Thu_Tuc` varchar(40) not null, `Nguoi_Nop` varchar(120),
	`So_Dien_Thoai` varchar(20), `So_CCCD` varchar(20), `Ma_Xa` varchar(10) not null, `Ngay_Tiep_Nhan` datetime not null,
	`Ngay_Hen_Tra` date not null, `Ngay_Hoan_Thanh` datetime, `Trang_Thai` varchar(60) not null, `Ghi_Chu` text,
	`Ngay_Cap_Nhat` datetime not null) default charset = utf8mb4;
insert into `Ho_So` select concat('000.00.38.H56-250101-', lpad(seq, 4, '0')), 'Đăng ký khai sinh', 'Ai', '0912345678',
	concat('038060', lpad(seq, 6, '0')), '14767', '2025-07-01' + interval seq minute, '2025-07-20', null, 'Mới đăng ký', 'x',
	'2025-07-01' + interval seq minute from seq_1_to_250;

-- 18. A view over two tables, and 19. one that is broken.
create view `v_doituong_chitra` as select d.`MADT`, d.`SOCCCD`, d.`MAXA`, count(*) as `solan`, max(c.`ngay_sua`) as
	`ngay_cap_nhat` from `DOITUONG` d join `chi_tra` c on c.`ma_doi_tuong` = d.`MADT` where d.`MADT` < 'DT000050' group by d.`MADT`;
create table `se_mat` (`id` int);
create view `v_hong` as select `id` from `se_mat`;
drop table `se_mat`;

-- 20. Two columns alone that mean nothing to anybody but their maker.
create table `F` (`F1` int, `F2` varchar(20));
insert into `F` select seq, concat('0380', 60 + seq mod 40, lpad(seq, 6, '0')) from seq_1_to_200;

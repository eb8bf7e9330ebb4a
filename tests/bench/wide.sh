# Sourced: the table that make bench measures with, after tests/lib/flow.sh (workspace first).
# 20 columns, about 250 bytes a row, values as random as real ones are; a normal mapping: 8 rules,
# one pseudonym.
# shellcheck shell=bash

WIDE_COLUMNS="id bigint primary key, so_cccd text, ho_ten text, gioi_tinh text, ngay_sinh text, ma_xa text,
  dia_chi text, loai text, trang_thai smallint, so_tien numeric(12,2), ty_le double precision,
  lan integer, diem integer, co_bhyt boolean, ngay_lap date, ngay_het date, luc_tao timestamptz,
  luc_sua timestamptz not null, ma_hs text, ghi_chu text"

# wide_table ROWS: the source table "wide" of database SRC, with its cursor's index.
wide_table() {
	psql_src "$SRC" <<-END
	create table wide ($WIDE_COLUMNS);
	insert into wide
	select i, '0380' || lpad(((i * 7919) % 100)::text, 2, '0') || lpad(((i * 611953) % 1000000)::text, 6, '0'),
	  (array['Nguyễn','Trần','Lê','Phạm','Hoàng','Vũ','Đỗ','Bùi'])[1 + (random() * 7)::int] || ' Văn ' || md5(random()::text)::varchar(8),
	  (array['Nam','Nữ','nam','NỮ'])[1 + (random() * 3)::int],
	  to_char(date '1930-01-01' + (random() * 34000)::int, 'DD/MM/YYYY'),
	  (array['15520','15538','15535','15517','14758','14797','14845','16087'])[1 + (random() * 7)::int],
	  'Số ' || (random() * 900)::int || ', thôn ' || (random() * 20)::int || ', ' || md5(random()::text)::varchar(10),
	  (array['A','B','C','D'])[1 + (random() * 3)::int], (random() * 9)::int, (random() * 9e8)::int / 100.0, random() * 100,
	  (random() * 1e9)::int, (random() * 1000)::int, random() < 0.9, date '2015-01-01' + (random() * 4000)::int,
	  date '2026-01-01' + (random() * 1000)::int, timestamptz '2015-01-01 00:00+07' + random() * interval '4000 days',
	  timestamptz '2025-01-01 00:00+07' + i * interval '1 s', md5(random()::text), 'ghi chú ' || md5(random()::text)
	from generate_series(1::bigint, $1) i;
	create index on wide (luc_sua, id);
	grant select on wide to reader;
	vacuum analyze wide;
	END
}

# wide_source [PAGE_ROWS]: the schema and the source file "test" with the one stream "wide".
wide_source() {
	mkdir -p "$WS/schemas/test"
	cat >"$WS/schemas/test/Wide.avsc" <<-'END'
	{"type": "record", "name": "Wide", "namespace": "vn.songma.test", "doc": "A row of the bench",
	 "fields": [
	  {"name": "id", "type": "long", "privacy": "public", "doc": "its number"},
	  {"name": "person", "type": ["null", {"type": "fixed", "name": "Pseudonym", "size": 32}], "default": null, "privacy": "identifier", "kind": "citizen_number", "doc": "whose"},
	  {"name": "title", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "made-up name"},
	  {"name": "sex", "type": {"type": "enum", "name": "Sex", "symbols": ["male", "female", "other", "undetermined", "unknown"]}, "privacy": "public", "doc": "made-up"},
	  {"name": "born", "type": ["null", {"type": "string", "logicalType": "partial-date"}], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "commune", "type": "string", "privacy": "public", "doc": "code"},
	  {"name": "commune_map", "type": "string", "privacy": "public", "derived": "commune_map_of:commune", "doc": "its map"},
	  {"name": "address", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "kind", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "state", "type": "int", "privacy": "public", "doc": "made-up"},
	  {"name": "amount", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "share", "type": ["null", "double"], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "times", "type": ["null", "int"], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "points", "type": ["null", "int"], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "insured", "type": ["null", "boolean"], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "opened_on", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "closes_on", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "made_at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "updated_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public", "doc": "made-up"},
	  {"name": "file_number", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "made-up"},
	  {"name": "note", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "made-up"}
	 ]}
	END
	cat >"$WS/sources/test.yaml" <<-END
	source: test
	title: Bench
	owner: Bench
	connector: postgres
	connection_file: secrets/src.dsn
	time_zone: Asia/Ho_Chi_Minh
	commune_codes: {map: before-2025-07}
	schedule: {every: ${EVERY:-15min}}
	limits: {rows_per_second: unlimited, page_rows: ${1:-10000}}
	streams:
	  wide:
	    table: public.wide
	    key: id
	    mode: timestamp
	    cursor: luc_sua
	    schema: test/Wide
	    fields:
	      id: id
	      person: {column: so_cccd, rules: [trim, citizen_number]}
	      title: {column: ho_ten, rules: [nfc]}
	      sex: {column: gioi_tinh, rules: [{code_list: gender}]}
	      born: {column: ngay_sinh, rules: [date]}
	      commune: {column: ma_xa, rules: [commune_code]}
	      address: {column: dia_chi, rules: [trim]}
	      kind: {column: loai, rules: [lower]}
	      state: trang_thai
	      amount: so_tien
	      share: ty_le
	      times: lan
	      points: diem
	      insured: co_bhyt
	      opened_on: ngay_lap
	      closes_on: ngay_het
	      made_at: luc_tao
	      updated_at: luc_sua
	      file_number: ma_hs
	      note: ghi_chu
	END
}

# Rows of the table cong_dan, as PostgreSQL's COPY writes them and sorted by commune, into one file a commune, as the
# communes' own software exports them for Excel.  -v folder=…, -v month=2026-10
BEGIN { FS = "\t" }

function cell(text) {
	if (text == "\\N")
		return ""
	gsub(/\\\\/, "\001", text)
	gsub(/\\t/, "\t", text)
	gsub(/\\n/, "\n", text)
	gsub(/\\r/, "\r", text)
	gsub(/\001/, "\\", text)
	gsub(/"/, "\"\"", text)
	return "\"" text "\""
}

{
	commune = $7
	gsub(/[^0-9A-Za-z]/, "", commune)
	file = folder "/dan-so-" commune "-" month ".csv"
	if (file != last) {
		if (last != "")
			close(last)
		last = file
	}
	if (!(file in begun)) {
		begun[file] = 1
		printf "\357\273\277so_dinh_danh,so_cmnd,ho_ten,ngay_sinh,gioi_tinh,dan_toc,ma_xa,dia_chi,so_dien_thoai," \
			"trang_thai,la_chu_ho,ngay_dang_ky,ngay_cap_nhat\n" >>file
	}
	line = cell($1)
	for (i = 2; i <= 13; i++)
		line = line "," cell($i)
	print line >>file
}

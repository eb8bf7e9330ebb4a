#include "setup/meaning.h"

#include <string.h>

#include "base/i18n.h"
#include "normalise/codes.h"

static const struct {
	const char *text; /* N_() */
	const char *rule;
	enum gw_identifier identifier;
	bool personal, time;
} facts[GW_MEANINGS] = {
	[GW_MEANS_UNKNOWN] = {"", NULL, GW_ID_NONE, true, false},
	[GW_MEANS_CITIZEN] = {N_("personal number (CCCD)"), "citizen_number", GW_ID_CITIZEN_NUMBER,
			      true, false},
	[GW_MEANS_CMND] = {N_("old identity card (CMND)"), "cmnd", GW_ID_CMND, true, false},
	[GW_MEANS_BHYT] = {N_("health insurance card"), "bhyt_number", GW_ID_SOCIAL_INSURANCE, true,
			   false},
	[GW_MEANS_BHXH] = {N_("social insurance number"), "social_insurance",
			   GW_ID_SOCIAL_INSURANCE, true, false},
	[GW_MEANS_TAX] = {N_("tax number"), "tax", GW_ID_TAX, true, false},
	[GW_MEANS_PHONE] = {N_("phone number"), "phone", GW_ID_PHONE, true, false},
	[GW_MEANS_NAME] = {N_("a person's name"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_ADDRESS] = {N_("address"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_EMAIL] = {N_("e-mail"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_FREE_TEXT] = {N_("free text"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_STAFF] = {N_("who worked on it"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_RELIGION] = {N_("religion, nationality"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_PICTURE] = {N_("picture, fingerprint"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_SECRET] = {N_("password"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_BIRTH] = {N_("date of birth"), "date", GW_ID_NONE, true, true},
	[GW_MEANS_DEATH] = {N_("date of death"), "date", GW_ID_NONE, true, true},
	[GW_MEANS_UPDATED] = {N_("time of the last change"), "date", GW_ID_NONE, false, true},
	[GW_MEANS_CREATED] = {N_("time of entry"), "date", GW_ID_NONE, false, true},
	[GW_MEANS_FROM] = {N_("from when"), "date", GW_ID_NONE, false, true},
	[GW_MEANS_TO] = {N_("until when"), "date", GW_ID_NONE, false, true},
	[GW_MEANS_DONE] = {N_("when it was done"), "date", GW_ID_NONE, false, true},
	[GW_MEANS_DAY] = {N_("date"), "date", GW_ID_NONE, false, true},
	[GW_MEANS_MOMENT] = {N_("time"), "date", GW_ID_NONE, false, true},
	[GW_MEANS_SEX] = {N_("sex"), NULL, GW_ID_NONE, false, false},
	[GW_MEANS_ETHNIC] = {N_("ethnic group"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_MARITAL] = {N_("marital status"), NULL, GW_ID_NONE, true, false},
	[GW_MEANS_COMMUNE] = {N_("code of the commune"), "commune_code", GW_ID_NONE, false, false},
	[GW_MEANS_COMMUNE_NAME] = {N_("name of the commune"), NULL, GW_ID_NONE, false, false},
	[GW_MEANS_STATUS] = {N_("status"), NULL, GW_ID_NONE, false, false},
	[GW_MEANS_SORT] = {N_("kind"), NULL, GW_ID_NONE, false, false},
	[GW_MEANS_AMOUNT] = {N_("amount"), "decimal", GW_ID_NONE, false, false},
	[GW_MEANS_PERCENT] = {N_("share"), "decimal", GW_ID_NONE, false, false},
	[GW_MEANS_NUMBER] = {N_("number of the row"), NULL, GW_ID_NONE, false, false},
	[GW_MEANS_CODE] = {N_("a code"), NULL, GW_ID_NONE, false, false},
};

enum { WHOSEVER = 60 };

/* What columns are called; of several that fit, the longest decides. */
static const struct {
	enum gw_meaning meaning;
	const char *patterns; /* separated by blanks */
} names[] = {
	{GW_MEANS_CITIZEN, "dinh_danh cccd can_cuoc ddcn dinhdanh cancuoc citizen personal_id "
			   "national_id so_dd"},
	{GW_MEANS_CMND, "cmnd cmt cmtnd chung_minh gcmnd"},
	{GW_MEANS_BHYT, "bhyt bao_hiem_y_te so_the"},
	{GW_MEANS_BHXH, "bhxh bao_hiem_xa_hoi"},
	{GW_MEANS_TAX, "mst ma_so_thue tax"},
	{GW_MEANS_PHONE, "dien_thoai sdt phone mobile di_dong tel so_dt dtdd dthoai"},
	{GW_MEANS_NAME,
	 "ho_ten ho_va_ten full_name ten_dem ho_dem nguoi_nop chu_ho ten_me ten_cha ten_bo "
	 "ten_vo ten_chong ten_con ten_nguoi ten_chu_ho ten_benh_nhan nguoi_yeu_cau "
	 "first_name last_name nguoi_nhan"},
	{GW_MEANS_ADDRESS, "dia_chi noi_o thuong_tru tam_tru que_quan noi_sinh noi_cap address "
			   "so_nha duong thon cho_o diachi nguyen_quan"},
	{GW_MEANS_EMAIL, "email mail thu_dien_tu"},
	{GW_MEANS_FREE_TEXT, "ghi_chu noi_dung y_kien mo_ta note notes dien_giai ly_do chan_doan "
			     "ket_luan benh comment description tieu_su"},
	{GW_MEANS_STAFF, "can_bo nguoi_tao nguoi_sua nguoi_nhap nguoi_cap_nhat nguoi_ky created_by "
			 "updated_by username user nguoi_dung thu_ly"},
	{GW_MEANS_RELIGION, "ton_giao quoc_tich religion nationality"},
	{GW_MEANS_PICTURE, "anh hinh_anh photo image van_tay chu_ky signature"},
	{GW_MEANS_SECRET, "mat_khau password passwd pwd token"},
	{GW_MEANS_BIRTH, "ngay_sinh nam_sinh thang_sinh birth dob"},
	{GW_MEANS_DEATH,
	 "ngay_mat ngay_chet ngay_tu_vong tu_vong mat_ngay death_date date_of_death "
	 "deceased"},
	{GW_MEANS_UPDATED,
	 "cap_nhat ngay_cap_nhat ngay_sua sua_luc sua_cuoi ngay_ghi updated "
	 "updated_at modified last_update changed thay_doi lan_cuoi ngay_chinh_sua "
	 "thoi_diem_cap_nhat thoi_gian_cap_nhat update_time upd d_sua dt_sua "
	 "tg_sua d_capnhat lastmod modify_date"},
	{GW_MEANS_CREATED, "ngay_tao created created_at tao_luc ngay_nhap thoi_gian_tao "
			   "d_tao dt_tao"},
	{GW_MEANS_FROM, "tu_ngay bat_dau tungay start from_date valid_from hieu_luc_tu "
			"han_tu gia_tri_tu"},
	{GW_MEANS_TO, "den_ngay ket_thuc denngay end_date valid_to het_han het_hieu_luc "
		      "han_den gia_tri_den"},
	{GW_MEANS_DONE, "hoan_thanh ngay_hoan_thanh finished ngay_xong"},
	{GW_MEANS_DAY, "ngay date thang nam day"},
	{GW_MEANS_MOMENT, "thoi_diem thoi_gian gio luc time"},
	{GW_MEANS_SEX, "gioi_tinh gioi phai sex gender gtinh"},
	{GW_MEANS_ETHNIC, "dan_toc ethnic dantoc dtoc"},
	{GW_MEANS_MARITAL, "hon_nhan marital"},
	{GW_MEANS_COMMUNE, "ma_xa ma_phuong xa_phuong phuong_xa ma_px px commune ward dvhc "
			   "don_vi_hanh_chinh ma_phuong_xa ma_xa_phuong xa"},
	{GW_MEANS_COMMUNE_NAME, "ten_xa ten_phuong ten_px ten_dvhc ten_xa_phuong ten_phuong_xa"},
	{GW_MEANS_STATUS, "trang_thai tinh_trang status state tthai"},
	{GW_MEANS_SORT, "loai kieu type kind nhom"},
	{GW_MEANS_AMOUNT, "so_tien tong_tien tien_luong muc_huong amount thanh_tien don_gia "
			  "so_luong quantity"},
	{GW_MEANS_PERCENT, "ty_le percent phan_tram"},
	{GW_MEANS_NUMBER, "id stt so_thu_tu"},
	{GW_MEANS_CODE, "ma so code number no"},
};

static unsigned
best_of(const struct gw_words *words, const char *patterns)
{
	unsigned best = 0;

	while (*patterns != '\0') {
		size_t len = strcspn(patterns, " ");
		char pattern[64];
		unsigned score;

		if (len < sizeof pattern) {
			memcpy(pattern, patterns, len);
			pattern[len] = '\0';
			score = gw_words_match(words, pattern);
			best = score > best ? score : best;
		}
		patterns += len + (patterns[len] == ' ');
	}
	return best;
}

/* A day is no fraction, and a time nothing but a time. */
static bool
can_hold(enum gw_kind kind, enum gw_meaning meaning)
{
	if (kind == GW_BOOL || kind == GW_BYTES)
		return false;
	if (kind == GW_TIMESTAMP || kind == GW_DATE)
		return facts[meaning].time;
	return !facts[meaning].time || (kind != GW_DECIMAL && kind != GW_FLOAT);
}

enum gw_meaning
gw_meaning_of_name(const struct gw_words *words, enum gw_kind kind)
{
	enum gw_meaning meaning = GW_MEANS_UNKNOWN;
	unsigned best = 0;

	/* Of a number it may be anything; of a moment it is what programs call the last change. */
	if (kind == GW_TIMESTAMP && strcmp(words->joined, "ts") == 0)
		return GW_MEANS_UPDATED;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		unsigned score = best_of(words, names[i].patterns);

		/* "so_cccd_chu_ho" is a number, whosever it is. */
		if (score > 0 && facts[names[i].meaning].identifier != GW_ID_NONE)
			score += WHOSEVER;
		if (score > best && can_hold(kind, names[i].meaning)) {
			best = score;
			meaning = names[i].meaning;
		}
	}
	return meaning;
}

const char *
gw_meaning_text(enum gw_meaning meaning)
{
	return facts[meaning].text[0] == '\0' ? "" : _(facts[meaning].text);
}

enum gw_identifier
gw_meaning_identifier(enum gw_meaning meaning)
{
	return facts[meaning].identifier;
}

const char *
gw_meaning_rule(enum gw_meaning meaning)
{
	return facts[meaning].rule;
}

bool
gw_meaning_personal(enum gw_meaning meaning)
{
	return facts[meaning].personal;
}

bool
gw_meaning_time(enum gw_meaning meaning)
{
	return facts[meaning].time;
}

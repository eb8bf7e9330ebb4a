#include "normalise/syllable.h"

#include <string.h>

/*
 * The syllables with marks that names of people and of communes are mostly made
 * of, and words of forms and files: counted in the names of the country's units,
 * in public lists of family and given names; the words are general knowledge.
 */
static const char common[] =
	" "
	"biên bà bàn bàu bá bé bình bích bùi bưởi bạch bản bảo bắc bằng bến bệnh bố bộ chiến "
	"chiềng chánh cháu châu chí chính chư chưa chương chải chết chị chồng chợ chủ chức "
	"chứng chữa các cái cán cát có cô công cúc cũ cơ cư cương cường cả cảnh cấp cầm cần "
	"cầu cẩm cận cốc cổ cộng cụ của cửa diên diễm diễn diệp diệu duyên dân dũng dương "
	"dần dầu dậu giàng giáp giấy giờ gò hiến hiếu hiền hiểm hiển hiện hiệp hiệu hoà hoài "
	"hoàn hoàng hoằng huyền huyện huân huấn huệ huỳnh hà hàm hàn hàng hành hân hòa hóa "
	"hôn hùng hơ hưng hương hướng hường hưởng hạ hạn hạnh hải hảo hậu hắc hằng hến học "
	"hồ hồng hộ hội hợi hợp hữu khiêm khuyên khác khám kháng khánh khê khôi không khương "
	"khải khẩu kiên kiến kiều kiệt krông ký kết kỳ liêm liên liễu liệt luân luông luận "
	"là lài làng láng lâm lâu lãng lãnh lão lê lò lùng lý lăng lĩnh lũng lư lưu lương "
	"lường lạc lập lễ lệ lộ lộc lợi lụa lục lữ lực mão môn mùi mường mạch mạnh mất mầm "
	"mẫn mận mậu mẹ mộc một mới mỹ nghiêm nghèo nghĩa ngoại nguyên nguyễn ngày ngân ngãi "
	"ngô ngõ ngũ người ngọ ngọc nhuận nhà nhàn nhân nhã nhơn như nhất nhận nhật nhị nhớn "
	"những nhựt nà này nông năm năng nậm nội nụ nữ phát phìn phòng phù phùng phú phúc "
	"phương phước phường phượng phạm phố phổ phụng quyên quyết quyền quá quách quán quân "
	"quý quýt quả quảng quận quế quốc quới quỳ quỳnh rõ soạn suối sáng sáu sông sùng sĩ "
	"sơ sơn số sở sửu sỹ thiên thiều thiện thiệu thuý thuần thuận thàng thành thào thái "
	"tháng thân thìn thôn thông thùy thúy thăng thơ thơm thư thương thường thưởng thượng "
	"thạch thạnh thảo thắm thắng thị thịnh thọ thống thổ thới thụy thủy thức tiên tiến "
	"tiền tiểu toàn triết triệu trà tràng trâm trì trí trú trưng trương trước trường "
	"trạch trạm trả trấn trần trị trịnh trọng trợ trực tuyên tuyết tuyền tuyển tuân tuấn "
	"tuất tuệ tuổi tà tài tàn tào tám tâm tân tây tín tô tôn tùng tú túc tý tĩnh tư "
	"tường tưởng tạ tại tạm tả tấn tập tật tằm tẹo tế tỉnh tịnh tống tổ tứ từ tử tự tỵ "
	"uyên viên viết viện việt và vàng vân vòng võ văn vĩ vĩnh vũ vương vượng vạn vắng vị "
	"với vợ xuyên xuyến xuân xá xã xóm xương xử yên yến ái ánh ân ô ông đa đak đan đang "
	"đinh điền điều điện điệp đoàn đà đài đàm đào đã đình đô đôn đông đúng đăk đăng "
	"đường được đạ đại đạo đạt đất đắk đằng đặng định đồng đỗ độ độc động đức ưng ấp ";

bool
gw_syllable_common(const char *text, size_t len)
{
	char wanted[GW_SYLLABLE_TEXT + 2];

	if (len >= GW_SYLLABLE_TEXT)
		return false;
	wanted[0] = ' ';
	memcpy(wanted + 1, text, len);
	memcpy(wanted + 1 + len, " ", 2);
	return strstr(common, wanted) != NULL;
}

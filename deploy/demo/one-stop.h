/*
 * The dossiers of the one-stop system: database mot_cua, tables ho_so and su_kien.
 *
 * About one dossier for twelve people, of two to five events, taken in on working
 * days of the last two years.  Each is a pure function of the seed, the day and
 * the person; dossier codes and event numbers never meet.  All but five are
 * finished, or younger than 50 days.  The five, whatever the number of people:
 *
 * - three cremation subsidies, taken in by the office of Thọ Diên (old code 15538,
 *   today in Xuân Hòa, 15520) in September of the year before, whose policy HT01
 *   schemas/codes/policy.csv lacks: dead letters of one-stop.dossier, column
 *   ma_chinh_sach, rule code_list, code code_list.unknown;
 * - two that hang in their own system: their last event is a request to another
 *   system, more than 60 days without an answer.  In the warehouse:
 *
 *     select d.dossier_id, e.sector, e.occurred_at from canon.dossier d
 *     join (select distinct on (dossier_id) * from canon.dossier_event
 *           where _deleted_at is null
 *           order by dossier_id, occurred_at desc, event_id desc) e using (dossier_id)
 *     where d._deleted_at is null and d.status = 'processing' and e.kind = 'interlink_request'
 *       and e.occurred_at < date '2026-10-31'::timestamp at time zone 'Asia/Ho_Chi_Minh'
 *                           - interval '60 days'
 *
 *   with the day that the data is asked about for 2026-10-31.  In the source:
 *
 *     select h.ma_ho_so from ho_so h
 *     join (select distinct on (ma_ho_so) * from su_kien
 *           order by ma_ho_so, thoi_diem desc, id desc) s using (ma_ho_so)
 *     where h.trang_thai = 'Đang xử lý' and s.loai = 'Gửi yêu cầu liên thông'
 *       and s.thoi_diem < date '2026-10-31' - interval '60 days'
 *
 * Call demo_one_stop_rows once for each person, in any order, and
 * demo_one_stop_planted once; the tables written are HO_SO and HO_SO_SU_KIEN.
 */
#ifndef DEMO_ONE_STOP_H
#define DEMO_ONE_STOP_H

#include "rows.h"

/* The dossier of this person, if there is one; nothing in it is wrong. */
void demo_one_stop_rows(const struct demo_world *world, const struct demo_person *person,
			struct demo_tables *to);

/* The five, counted as ONESTOP_POLICY_UNKNOWN (3) and ONESTOP_HANGING (2). */
void demo_one_stop_planted(struct demo_world *world, struct demo_tables *to);

#endif

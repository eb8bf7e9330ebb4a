#!/bin/bash
# 100,000 rows, 1,000 of them poisoned in twelve ways at both ends: 99,000 are loaded, 1,000 are letters, each with its reason.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh
. tests/lib/poison.sh

workspace poison
poison_workspace
songma sync test >/dev/null 2>&1
poison_constraints
poison_rows 100000
expect_exit "the sync" 0 songma sync test >/dev/null 2>"$WS/said"
expect_eq "all good rows are loaded" 99001 "$(wh 'select count(*) from canon.poison')"
expect_eq "no other" 0 "$(wh "select count(*) from canon.poison where points = 77777 or note is null")"
expect_eq "each bad one is a letter" 1000 "$(wh 'select count(*) from ops.dead_letter')"
expect_eq "with the right reason" "encode|amount|schema.precision|schema 83
encode|amount|schema.unheld|schema 83
encode|label|schema.required|schema 83
encode|seen_on|schema.unheld|schema 83
load||23502|note 83
load||23505|serial_once 83
load||23514|no_sevens 83
normalise|born|date.no_such_day|date 84
normalise|born|date.shape|date 84
normalise|cccd|citizen_number.digits|citizen_number 84
normalise|ma_cs|code_list.unknown|code_list 84
normalise||key.duplicate|key 83" "$(wh "select stage || '|' || coalesce(column_name, '') || '|' || coalesce(code, '') || '|' || coalesce(rule, '') || ' ' || count(*)
	from ops.dead_letter group by stage, column_name, code, rule order by 1")"
expect_eq "every run balances" 0 "$(unbalanced)"
expect_eq "nothing is paused" 0 "$(wh 'select count(*) from ops.pause where ended_at is null')"
workspace_end
scenario_end

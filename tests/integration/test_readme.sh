#!/bin/bash
# "A database of your own, in ten minutes": the source file and the schema as the README prints
# them, on a table that the project has never seen, without a line of C.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

# The first block of a language in the README, without the indent of its list.
block() { sed -n "/^ *\`\`\`$1\$/,/^ *\`\`\`\$/{/\`\`\`/d;s/^   //;p}" README.md; }

workspace readme
psql_src "$SRC" <<-'END'
	create table luot_kham (ma_luot varchar(20) primary key, so_cccd varchar(20), ngay_kham varchar(20),
	  chan_doan text, cap_nhat_luc timestamp not null);
	insert into luot_kham values
	  ('L1', '038199012345', '03/04/2025', 'bí mật', '2025-04-03 08:00'),
	  ('L2', null, '5/2025', 'bí mật', '2025-05-05 08:00'),
	  ('L3', '12345', '06/05/2025', 'bí mật', '2025-05-06 08:00');
	grant select on luot_kham to reader;
END
block yaml >"$WS/sources/clinic.yaml"
cp "$WS/secrets/src.dsn" "$WS/secrets/clinic.dsn"
mkdir "$WS/schemas/clinic"
block json >"$WS/schemas/clinic/Visit.avsc"
expect_exit "discover" 0 songma discover clinic public.luot_kham
expect_exit "check" 0 songma check clinic
expect_exit "preview" 0 songma preview clinic
expect_exit "sync" 0 songma sync clinic
expect_eq "good visits are in the warehouse, dates as exact as they were known" \
	"L1|2025-04-03|2025-04-03 01:00:00+00|t
L2|2025-05|2025-05-05 01:00:00+00|f" \
	"$(psql_wh "$WH" -c "set timezone = 'UTC'" -c "select visit_id, visited_on, changed_at, person is not null from canon.visit order by 1")"
expect_eq "the one with a broken number is a letter" "so_cccd|citizen_number" \
	"$(psql_wh "$WH" -c "select column_name, rule from ops.dead_letter")"
expect_exit "status" 0 songma status
expect_exit "runs" 0 songma runs
workspace_end
scenario_end

# synthetic.sh - the synthetic connector's table as a source of the conformance suite: its connection says what is there.
# shellcheck shell=bash disable=SC2034,SC2154 # common.sh uses what is set here

words='' moment=0 steps='' PREFIX=test.
sql() { :; }
begin_source() { :; }
end_source() { :; }

do_dsn() { echo "table=test.c_$chosen $words moment=$moment $steps"; }
do_bad_dsn() { echo "rows=CANARY"; }
do_away_dsn() { echo "away=1"; }
do_secret() { lacks "it has no password"; }
do_writes() { echo 0; }

shape='columns=id:id,label:name,changed:changed'
declare -A rows_of=([empty]=0 [plain]=105 [live]=20 [pair]=22 [many]=1000000 [names]=5 [wide]=3 [big]=3 [types]=12 [kinds]=12
	[slow]=5 [hidden_column]=5)
declare -A words_of=([empty]=$shape [plain]="$shape nulls=50 future=33" [live]=$shape
	[pair]='columns=v:id,a:code,b:int,changed:changed key=a,b' [many]=$shape [wide]='wide=1600'
	[names]='columns=M%C3%A3%20%22s%E1%BB%91%22:id,select:name,order%20by:int,a%27b:code,100%25s:name,x%3By--:name,a%2Cb:name,T%C3%8AN:changed key=M%C3%A3%20%22s%E1%BB%91%22,a%27b'
	[big]='columns=id:id,body:big,changed:changed big=50000000' [slow]="$shape slow_ms=20000"
	[types]='columns=id:id,code:code,name:name,i:int,n:decimal,d:date,b:bool,f:float,ts:timestamp,y:bytes,odd:odd,changed:changed nulls=7'
	[hidden_column]='columns=id:id,secret:name,changed:changed hidden=secret')
words_of[kinds]=${words_of[types]}

do_fixture() {
	if [ -z "${words_of[$1]:-}" ]; then
		lacks "its rows are computed: they can't be like that"
		return
	fi
	chosen=$1 words="rows=${rows_of[$1]} seed=7 ${words_of[$1]}" moment=0 steps=''
	echo "test.c_$1"
}
do_rows() { echo "${rows_of[$1]}"; }
do_place() { printf '2025-01-01\t1 2 3\n'; }

# A fresh reading of the whole; a change is told by who reads on.
do_dump() {
	SOURCE_DSN=$(do_dsn) "$BUILD/read-source" connector=synthetic table="test.c_$1" columns=id,label read |
		sed -n 's/^row\tint:\([0-9]*\)\t\(text:\)\{0,1\}/\1\t/p'
}

# The rows whose place in the ring of rows is from $1 and below $2 at this moment.
in_ring() {
	awk -v rows="${rows_of[$chosen]}" -v m="$moment" -v from="$1" -v to="$2" 'BEGIN {
		for (i = 1; i <= rows; i++)
			if ((i + m * 31) % rows >= from && (i + m * 31) % rows < to) printf "%s%d", n++ ? " " : "", i
	}'
}

# What happens at a moment is the same at each: the first action after the fixture says it.
do_change() {
	[ -n "$steps" ] || steps='update=2 insert=1'
	moment=$((moment + 1))
	echo "$(in_ring 0 2) $((rows_of[$1] + moment))"
}
do_tie() {
	steps='update=12' moment=1
	in_ring 0 12
	echo
}
do_touch() {
	steps="update=${rows_of[$1]}" moment=1
}
do_delete() {
	steps='delete=3' moment=1
	in_ring 0 3
	echo
}
do_late_open() {
	steps='update=2 insert=1 late=1'
	echo
}
do_late_commit() {
	moment=$((moment + 1))
	echo $((rows_of[$1] + moment))
}

# drop.sh - files that people drop into a folder, and a source of such a folder.  Sourced.
# shellcheck shell=bash

# The file that was written as .NAME: finished at a time (an hour ago), and there at once.
file_finished() { # file_finished FOLDER NAME [TIME]
	touch -d "${3:-1 hour ago}" "$1/.$2" && mv "$1/.$2" "$1/$2"
}

# Puts what comes in there.
drop_file() { # drop_file FOLDER NAME [TIME]
	cat >"$1/.$2" && file_finished "$@"
}

# The head of a source file of a folder, up to its time zone.
folder_head() { # folder_head NAME FOLDER
	cat <<-END
	source: $1
	title: Test folder
	owner: Test office
	connector: file
	folder: $2
	time_zone: Asia/Ho_Chi_Minh
	END
}

# A stream of things, as Excel in Viet Nam writes them.
folder_things() { # folder_things NAME PATTERN
	cat <<-END
	  $1:
	    table: "$2"
	    key: Mã
	    mode: files
	    schema: test/Thing
	    fields:
	      id: {column: Mã, rules: [integer]}
	      label: Tên gọi
	      amount: {column: Số tiền, rules: [decimal]}
	      seen_on: {column: Ngày, rules: [trim, date]}
	END
}

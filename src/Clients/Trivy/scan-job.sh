# Runs in Trivy's own image, as the command of a Job: sh -c THIS scan ARGUMENTS. The report goes to the log, which is all that a pod without an account
# can write to. A node keeps the newest part of a log, so the report is compressed and written in lines with numbers, slowly enough to be read meanwhile;
# a line is shorter than the 16 KiB at which a container runtime cuts. The last one says how many there were, and their checksum.
set -u

encode() { base64 | tr -d '\n'; }

fail() {
    echo "failed $1 $(tail -n 1 errors | cut -c 1-500 | encode)"
    exit 0
}

trivy "$@" --output report.json 2> errors || fail $?
# After the scan, because it may have fetched a newer database.
trivy version --format json > version.json 2> errors || fail $?
gzip -9 -c report.json > report.gz
encode < report.gz | fold -w 8000 > lines
echo >> lines

echo "version $(encode < version.json)"
count=0
while read -r line; do
    [ -n "$line" ] || continue
    count=$((count + 1))
    echo "report $count $line"
    [ $((count % 64)) -ne 0 ] || sleep "$SCAN_PAUSE"
done < lines
echo "end $count $(sha256sum report.gz | cut -d ' ' -f 1)"

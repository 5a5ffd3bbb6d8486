record() {
    read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ started _ <"/proc/$$/stat" &&
        read -r boot </proc/sys/kernel/random/boot_id &&
        printf '%s %s %s\n%s\n' "$$" "$started" "$boot" "$2" >"$1.new" &&
        PATH=/usr/bin:/bin mv "$1.new" "$1"
}

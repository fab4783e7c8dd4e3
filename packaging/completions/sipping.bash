# Completion of sipping for bash. A test holds the option lists against the program's.

_sipping() {
    local ping_options='-I --interval -u --user -i --via-address -d --domain -p --port --ttl
        -w --log -t --timeout -c --count -x --print-sent -X --print-received -q --quiet
        -S --no-statistics -f --file --all-addresses --resolve-every -4 -6 --rate --flood --window --duration
        --spin --no-spin --mine --user-agent --header --request-uri --from --to --contact --site
        --ports --port-policy --port-range --bind --device --dscp --io --answer --late-window --identities
        --fall --rise --down-codes --maintenance-codes --max-loss --csv --rotate --compress --json -v --verbose --color --no-color --dry-run
        -h --help --version'
    local ports_options='--exhaust --rate --duration --max --mapping-time
        -p --port -4 -6 -t --timeout --mine -u --user -i --via-address -d --domain --ttl --from --to
        --contact --request-uri --user-agent --header --site --port-range --bind --device --dscp --io
        --answer -w --log --csv --json -q --quiet -h --help --version'
    local stress_options='--rate --steps --step-time --stop-loss --stop-p99 --ignore-retry-after
        --recovery-time --svg --ports --spin --no-spin --late-window --identities
        -p --port -4 -6 -t --timeout --mine -u --user -i --via-address -d --domain --ttl --from --to
        --contact --request-uri --user-agent --header --site --port-range --bind --device --dscp --io
        --answer -w --log --csv --json -q --quiet -h --help --version'
    local report_options='--at --around --from --to --last --target --tz --outage-run
        --down-codes --maintenance-codes --runs --per --json --csv --html -q --quiet -h --help --version'
    local trace_options='--far --near --call-id --from --to --target --tz --ladder --write-pcap
        --json --csv -q --quiet -h --help --version'
    local respond_options='-p --port --bind -4 -6 --code --reason --delay --drop --seed --capacity
        --beyond --retry-after --max-rate --duration --spin --io -q --quiet -h --help --version'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()

    case $previous in
        -f | --file | -w | --log | --svg | --html | --far | --near | --write-pcap) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        --port-policy) mapfile -t COMPREPLY < <(compgen -W 'rotate fresh fixed' -- "$current") ;;
        --answer) mapfile -t COMPREPLY < <(compgen -W 'all asked none' -- "$current") ;;
        --io) mapfile -t COMPREPLY < <(compgen -W 'auto uring epoll' -- "$current") ;;
        --csv)
            [[ ${COMP_WORDS[1]} == report || ${COMP_WORDS[1]} == trace ]] && return
            mapfile -t COMPREPLY < <(compgen -W 'full classic' -- "$current")
            ;;
        --runs) mapfile -t COMPREPLY < <(compgen -W 'monitor stress ports all' -- "$current") ;;
        --per) mapfile -t COMPREPLY < <(compgen -W 'hour day' -- "$current") ;;
        --beyond) mapfile -t COMPREPLY < <(compgen -W 'drop 503' -- "$current") ;;
        --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current") ;;
        --contact) mapfile -t COMPREPLY < <(compgen -W 'none' -- "$current") ;;
        --device)
            mapfile -t COMPREPLY < <(cd /sys/class/net && compgen -G "$current*")
            ;;
        -I | --interval | -u | --user | -i | --via-address | -d | --domain | -p | --port | --ttl | \
            -t | --timeout | -c | --count | --rate | --window | --duration | --user-agent | \
            --header | --request-uri | --from | --to | --site | --ports | --port-range | --bind | \
            --dscp | --late-window | --resolve-every | --rotate | --identities | --fall | --rise | --down-codes | --maintenance-codes | --max-loss | --code | \
            --reason | --delay | --drop | --seed | --capacity | --retry-after | --max-rate | \
            --max | --mapping-time | --steps | --step-time | --stop-loss | --stop-p99 | \
            --recovery-time | --at | --around | --last | --target | --tz | --outage-run | --call-id | --ladder) ;;
        *)
            local command=
            [[ $COMP_CWORD -gt 1 ]] && command=${COMP_WORDS[1]}
            if [[ $command == respond ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$respond_options" -- "$current")
            elif [[ $current == -* && $command == report ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$report_options" -- "$current")
            elif [[ $current == -* && $command == trace ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$trace_options" -- "$current")
            elif [[ $command == report || $command == trace ]]; then
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
            elif [[ $current == -* && $command == ports ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$ports_options" -- "$current")
            elif [[ $current == -* && $command == stress ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$stress_options" -- "$current")
            elif [[ $current == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$ping_options" -- "$current")
            else
                [[ $COMP_CWORD -eq 1 ]] &&
                    mapfile -t COMPREPLY < <(compgen -W 'ping ports stress report trace respond' -- "$current")
                mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -A hostname -- "$current")
            fi
            ;;
    esac
}

complete -F _sipping sipping

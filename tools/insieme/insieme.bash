# Bash completion for insieme. Use it with:  source <(insieme completion)
_insieme() {
  local word=${COMP_WORDS[COMP_CWORD]} command="" i
  local commands="init enrol open list show add edit attach attachments fetch retract restore-record erase rights same handover glass finding findings search draft
    exchange history status sync watch serve-app schema notices review resolve contest inbox decide report package codes offers benefits export import archive move retention verify doctor backup restore pin account call commands
    completion replay"
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --store | --key-file | --lang | --ca-file | --public-key | --certificate | --certificate-key | --clock | --request-id | --purpose) ((i++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    --store | --key-file | --ca-file | --certificate | --certificate-key | --output | --from-file) return ;;
    --lang) mapfile -t COMPREPLY < <(compgen -W "it en" -- "$word"); return ;;
    --purpose) mapfile -t COMPREPLY < <(compgen -W "visita presa_in_carico valutazione coordinamento emergenza autorita richiesta_interessato rendicontazione verifica altro" -- "$word"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "csv json html xlsx table" -- "$word"); return ;;
  esac
  if [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands --store --key-file --lang --json --help" -- "$word")
  elif [[ $word == -* ]]; then
    local options
    options=$(insieme "$command" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]+' | sort -u)
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  elif [[ $command == draft ]]; then
    mapfile -t COMPREPLY < <(compgen -W "open save show commit discard list" -- "$word")
  elif [[ $command == handover ]]; then
    mapfile -t COMPREPLY < <(compgen -W "propose accept refuse revoke list" -- "$word")
  elif [[ $command == exchange ]]; then
    mapfile -t COMPREPLY < <(compgen -W "export import serve connect" -- "$word")
  elif [[ $command == pin ]]; then
    mapfile -t COMPREPLY < <(compgen -W "set change remove status unlock recover" -- "$word")
  elif [[ $command == report ]]; then
    mapfile -t COMPREPLY < <(compgen -W "list run records freeze frozen show compare" -- "$word")
  elif [[ $command == codes ]]; then
    mapfile -t COMPREPLY < <(compgen -W "show add rename retire" -- "$word")
  elif [[ $command == archive ]]; then
    mapfile -t COMPREPLY < <(compgen -W "export import" -- "$word")
  elif [[ $command == package ]]; then
    mapfile -t COMPREPLY < <(compgen -W "siuss sils directory calendar receive" -- "$word")
  elif [[ " add list schema export import " == *" $command "* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(insieme completion --types 2>/dev/null)" -- "$word")
  fi
}
complete -o default -F _insieme insieme

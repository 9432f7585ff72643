# Bash completion for insieme-server: what its own help says, so that it knows every command.
_insieme_server() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} help words=() i
  COMPREPLY=()
  case $previous in
    --data | --from | --to | --out | --output | --config | --file | --key | --log | --bundle)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
  esac
  # The commands before the word; values of options and arguments stop no help.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -*) ;;
      *) help=$(insieme-server "${words[@]}" "${COMP_WORDS[i]}" --help 2>/dev/null) &&
        words+=("${COMP_WORDS[i]}") ;;
    esac
  done
  help=$(insieme-server "${words[@]}" --help 2>/dev/null) || return
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -- '--[a-z][a-z-]+' <<<"$help" | sort -u)" -- "$word")
  else
    # Indented by two blanks under a heading; options begin with a dash, examples with the program.
    mapfile -t COMPREPLY < <(compgen -W "$(sed -nE 's/^  ([a-z][a-z-]*)( .*)?$/\1/p' <<<"$help" |
      grep -vx 'insieme-server' | sort -u)" -- "$word")
  fi
}
complete -o default -F _insieme_server insieme-server

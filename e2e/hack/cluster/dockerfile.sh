#!/usr/bin/env bash
# dockerfile.sh NAME:TAG DOCKERFILE [OPTION...]: makes localhost/NAME:TAG from the
# last stage of a Dockerfile, without Docker: the same COPY lines, ENV, WORKDIR,
# USER, ENTRYPOINT and CMD. What earlier stages would build must be built already.
#
#   --base NAME:TAG   stands in for the FROM image (default: node:dev, made
#                     from the Node that LLM_BOUNDARY_NODE names: host, 24, a path)
#   --add COMMAND     adds a command of this machine (repeatable); needed when the
#                     last stage has RUN lines, which cannot be run here
#   --root DIR        what COPY sources are relative to (default: the repository)
#   --key KEY         what the image is made of, for "images.sh current"
#   --print           prints what was understood, and makes nothing
#
# COPY --from=STAGE: the stage's WORKDIR is taken off the source, and the rest is
# looked up in --root. Understood: line continuations, comments, globs, JSON arrays.
# Owns: nothing but the image. Trusts: the Dockerfile, which is the project's.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

wrong() {
  sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# parse DOCKERFILE: the last stage as tab-separated lines, KEYWORD ARGUMENT...
# awk rather than bash: stages are forgotten when the next one starts.
parse() {
  awk '
    function fail(message) { printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"; failed = 1; exit 1 }
    # Splits a JSON array of strings, or words, into parts[1..count].
    function split_words(text) {
      count = 0
      if (text ~ /^\[/) {
        while (match(text, /"([^"\\]|\\.)*"/)) {
          parts[++count] = substr(text, RSTART + 1, RLENGTH - 2)
          gsub(/\\"/, "\"", parts[count])
          text = substr(text, RSTART + RLENGTH)
        }
      } else count = split(text, parts, /[ \t]+/)
    }
    function emit(line) { output[++lines] = line }
    function absolute(path) { return path ~ /^\// ? path : (workdir == "/" ? "" : workdir) "/" path }
    function instruction(text,   keyword, stage, directory, i, source, destination) {
      keyword = toupper(text); sub(/[ \t].*/, "", keyword)
      sub(/^[^ \t]+[ \t]+/, "", text)
      if (keyword == "FROM") {
        directories[name] = workdir
        sub(/^--platform=[^ \t]+[ \t]+/, "", text)
        name = tolower(text) ~ /[ \t]as[ \t]/ ? text : ""
        sub(/.*[ \t]+[aA][sS][ \t]+/, "", name)
        workdir = "/"; lines = 0
        sub(/[ \t].*/, "", text)
        if (text in directories) workdir = directories[text]
      } else if (keyword == "WORKDIR") { workdir = absolute(text); emit("workdir\t" workdir)
      } else if (keyword == "USER") { emit("user\t" text)
      } else if (keyword == "ENV") {
        split_words(text)
        if (parts[1] !~ /=/) fail("ENV without = is not understood")
        for (i = 1; i <= count; i++) { gsub(/"/, "", parts[i]); emit("env\t" parts[i]) }
      } else if (keyword == "ENTRYPOINT" || keyword == "CMD") {
        if (text !~ /^\[/) fail(keyword " must be a JSON array: there may be no shell in the image")
        split_words(text)
        for (i = 1; i <= count; i++) emit(tolower(keyword) "\t" parts[i])
      } else if (keyword == "COPY" || keyword == "ADD") {
        stage = ""; directory = ""
        while (text ~ /^--/) {
          if (match(text, /^--from=[^ \t]+/)) stage = substr(text, 8, RLENGTH - 7)
          sub(/^[^ \t]+[ \t]+/, "", text)
        }
        if (stage != "" && !(stage in directories)) { emit("outside\t" stage "\t" text); return }
        if (stage != "") directory = directories[stage]
        split_words(text)
        destination = absolute(parts[count])
        for (i = 1; i < count; i++) {
          source = parts[i]
          if (directory != "" && index(source, directory "/") == 1) source = substr(source, length(directory) + 2)
          else if (source == directory) source = "."
          else if (source ~ /^\// && directory != "" && directory != "/") { emit("outside\t" stage "\t" parts[i]); continue }
          sub(/^\.?\//, "", source)
          emit("copy\t" (source == "" ? "." : source) "\t" destination)
        }
      } else if (keyword == "RUN") { emit("run\t" text)
      } else if (keyword !~ /^(LABEL|EXPOSE|ARG|STOPSIGNAL|HEALTHCHECK|SHELL|VOLUME)$/) fail(keyword " is not understood")
    }
    /^[ \t]*#/ || (/^[ \t]*$/ && pending == "") { next }
    { line = $0; sub(/^[ \t]+/, "", line)
      if (line ~ /\\[ \t]*$/) { sub(/[ \t]*\\[ \t]*$/, "", line); pending = pending line " "; next }
      whole = pending line; pending = ""; sub(/[ \t]+$/, "", whole)
      instruction(whole) }
    END { if (!failed) for (i = 1; i <= lines; i++) print output[i] }
  ' "$1"
}

[[ $# -ge 2 && $1 != -* && $2 != -* ]] || wrong
name=$1 dockerfile=$2 base=node:dev root=$REPO print='' key='' add=()
shift 2
while [[ $# -gt 0 ]]; do
  case $1 in
    --print) print=yes && shift && continue ;;
    --base | --add | --root | --key) [[ $# -ge 2 ]] || wrong ;;
    *) wrong ;;
  esac
  case $1 in
    --base) base=$2 ;;
    --add) add+=("$2") ;;
    --root) root=$2 ;;
    --key) key=$2 ;;
  esac
  shift 2
done
[[ -f $dockerfile ]] || die "there is no Dockerfile $dockerfile"
stage=$(parse "$dockerfile") || die "$dockerfile could not be read"
if [[ -n $print ]]; then
  printf '%s\n' "$stage"
  exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
mkdir -m 755 "$folder/rootfs"
chmod 755 "$folder"
options=()
while IFS=$'\t' read -r keyword first second; do
  case $keyword in
    copy) printf '%s %s\n' "$first" "$second" >>"$folder/files" ;;
    user)
      [[ $first != nonroot* ]] || first=65532:65532
      options+=(--user "$first")
      ;;
    env | workdir | entrypoint | cmd) options+=("--$keyword" "$first") ;;
    outside) note "$dockerfile: left to the base image $base: COPY --from=$first $second" ;;
    run)
      [[ ${#add[@]} -gt 0 ]] ||
        die "$dockerfile: the last stage has a RUN line, which cannot be run here: $first" "give what it adds with --add COMMAND"
      note "$dockerfile: not run, in its place ${add[*]}: RUN $first"
      ;;
  esac
done <<<"$stage"
[[ ! -s $folder/files ]] || "$HERE/rootfs.sh" files "$folder/rootfs" "$folder/files" "$root"
[[ ${#add[@]} == 0 ]] || "$HERE/rootfs.sh" add "$folder/rootfs" "${add[@]}"
[[ $base != node:dev ]] || "$HERE/images.sh" node >/dev/null
"$HERE/images.sh" image "$name" "$folder/rootfs" --from "$base" ${options[@]+"${options[@]}"}
[[ -z $key ]] || "$HERE/images.sh" mark "$name" "$key"

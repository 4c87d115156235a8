# What the scripts for visitors share; sourced, never run. Paths are relative to the repository.

# The models in the box: a name, its page, the folder with NAME.safetensors and vocabulary.txt, and
# further options of tgc. No other script knows where they lie.
scene_generator=gan-scenes
scene_editor=tagan-scenes
box=(
  "$scene_generator Graphs/gan-int-cls/gan-scenes.tgraph Graphs/weights/gan-scenes --invert draw"
  "$scene_editor Graphs/tagan/tagan-scenes.tgraph Graphs/weights/tagan-scenes"
)
# Scenes to edit: scene-bird.png, scene-flower.png, scene-finch.png.
scenes=Graphs/weights/tagan-scenes
# Where Tools/box puts the plans: NAME.tplan.
plans=.build/box

commands=(tgc tgrun tginvert tgdirect tginspect)

say() { echo "$*" >&2; }

# Words as a reader would type them.
quoted() {
  local word line=
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./:=,+@%#-]*) word="\"$word\"" ;; esac
    line="$line${line:+ }$word"
  done
  echo "$line"
}

# Says a command and runs it; what it prints goes to the standard error.
show() {
  say "  $(quoted "$@")"
  "$@" >&2
}

# Sets up and builds the commands, and puts them on the PATH of the script; with TG_BIN those in that
# folder, as they are.
build_commands() {
  if [ -n "${TG_BIN:-}" ]; then
    export PATH="$TG_BIN:$PATH"
    return
  fi
  Tools/setup
  [ -x .build/release/tgc ] || say "building the commands: some minutes the first time"
  local name
  for name in "${commands[@]}"; do swift build -c release --product "$name" >&2; done
  export PATH="$PWD/.build/release:$PATH"
}

# Compiles the models in the box.
compile_box() {
  local row name page folder options
  mkdir -p "$plans"
  for row in "${box[@]}"; do
    read -r name page folder options <<<"$row"
    # shellcheck disable=SC2086
    show tgc "$page" --weights "$folder/$name.safetensors" --vocabulary "$folder/vocabulary.txt" \
      $options --batch 1,8 --licence Apache-2.0 --origin "trained by Tools/scenes" \
      -o "$plans/$name.tplan"
  done
}

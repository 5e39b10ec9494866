import type { Command, Option } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof SHELLS)[number];

/** One command of the program as completion sees it. */
interface Place {
  /** `schema list`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly {
    readonly flag: string;
    readonly summary: string;
    readonly choices: readonly string[];
    readonly takesValue: boolean;
  }[];
}

/** A completion script for a shell, made from the commands themselves. */
export function completionScript(program: Command, shell: ShellName): string {
  const places = placesOf(program, "");
  return { bash, zsh, fish }[shell](places);
}

function placesOf(command: Command, path: string): readonly Place[] {
  const commands = command.commands.map((one) => ({ name: one.name(), summary: one.summary() || one.description() }));
  const own: Place = { path, commands, options: [...command.options.map(optionOf), HELP] };
  return [own, ...command.commands.flatMap((one) => placesOf(one, `${path} ${one.name()}`.trim()))];
}

const HELP: Place["options"][number] = { flag: "--help", summary: "display help", choices: [], takesValue: false };

const optionOf = (option: Option): Place["options"][number] => ({
  flag: option.long ?? "",
  summary: option.description,
  choices: option.argChoices ?? [],
  takesValue: option.required || option.optional,
});

const words = (place: Place): string =>
  [...place.commands.map(({ name }) => name), ...place.options.map(({ flag }) => flag)].join(" ");
const single = (text: string): string => `'${text.replace(/\s+/g, " ").replaceAll("'", "'\\''")}'`;

/** The lines, the same in bash and zsh, that move on to a command which is one. */
const followPlace = (places: readonly Place[]): string => `    case "$candidate" in
    ${places
      .filter(({ path }) => path !== "")
      .map(({ path }) => single(path))
      .join("|")}) place=$candidate ;;
    esac`;

function bash(places: readonly Place[]): string {
  const cases = places.map((place) => `    ${single(place.path)}) words=${single(words(place))} ;;`);
  const values = choicesOf(places).map(
    ({ path, flag, choices }) => `    ${single(`${path} ${flag}`)}) words=${single(choices.join(" "))} ;;`,
  );
  return `# bash completion for onex: eval "$(onex completion bash)"
_onex() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} place= words= i candidate
  for ((i = 1; i < COMP_CWORD; i++)); do
    candidate="\${place:+$place }\${COMP_WORDS[i]}"
${followPlace(places)}
  done
  case "$place $previous" in
${values.join("\n")}
  esac
  if [ -z "$words" ]; then
    case "$place" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _onex onex
`;
}

function zsh(places: readonly Place[]): string {
  const described = (items: readonly (readonly [string, string])[]): string =>
    items
      .map(([name, summary]) => single(`${name.replaceAll(":", "\\:")}:${summary.replaceAll(":", "\\:")}`))
      .join(" ");
  const cases = places.map((place) => {
    const items = [
      ...place.commands.map(({ name, summary }) => [name, summary] as const),
      ...place.options.map(({ flag, summary }) => [flag, summary] as const),
    ];
    return `    ${single(place.path)}) items=(${described(items)}) ;;`;
  });
  const values = choicesOf(places).map(
    ({ path, flag, choices }) =>
      `    ${single(`${path} ${flag}`)}) compadd -- ${choices.map(single).join(" ")}; return ;;`,
  );
  return `#compdef onex
# zsh completion for onex: eval "$(onex completion zsh)"
_onex() {
  local place= candidate i
  local -a items
  for ((i = 2; i < CURRENT; i++)); do
    candidate="\${place:+$place }\${words[i]}"
${followPlace(places)}
  done
  case "$place \${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  case "$place" in
${cases.join("\n")}
  esac
  _describe 'onex' items
  _files
}
compdef _onex onex
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const condition = `-n ${single(`__onex_place ${place.path === "" ? "''" : `"${place.path}"`}`)}`;
    return [
      ...place.commands.map(
        ({ name, summary }) => `complete -c onex ${condition} -a ${single(name)} -d ${single(summary)}`,
      ),
      ...place.options.map(({ flag, summary, choices, takesValue }) => {
        const value = choices.length > 0 ? ` -x -a ${single(choices.join(" "))}` : takesValue ? " -r" : "";
        return `complete -c onex ${condition} -l ${flag.replace(/^--/, "")}${value} -d ${single(summary)}`;
      }),
    ];
  });
  return `# fish completion for onex: onex completion fish | source
function __onex_place
  set -l place ''
  for word in (commandline -opc)[2..]
    switch (string trim "$place $word")
      case ${places
        .filter(({ path }) => path !== "")
        .map(({ path }) => single(path))
        .join(" ")}
        set place (string trim "$place $word")
    end
  end
  test "$place" = "$argv[1]"
end
${lines.join("\n")}
`;
}

const choicesOf = (places: readonly Place[]) =>
  places.flatMap(({ path, options }) =>
    options.filter(({ choices }) => choices.length > 0).map(({ flag, choices }) => ({ path, flag, choices })),
  );

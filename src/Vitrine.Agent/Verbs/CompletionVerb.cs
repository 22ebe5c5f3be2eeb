using System.CommandLine;
using Vitrine.Agent.CommandLine;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine completion</c>: a script that makes the shell complete verbs, options and values. The shell asks the program itself, so that the script never goes stale.</summary>
static class CompletionVerb
{
    const string Bash = """
        _vitrine() {
            local words
            mapfile -t words < <(vitrine "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
            mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _vitrine vitrine
        """;

    const string Zsh = """
        #compdef vitrine
        _vitrine() {
            local -a words
            words=("${(@f)$(vitrine "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -- "${words[@]}"
        }
        compdef _vitrine vitrine
        """;

    const string Fish = """
        function __vitrine_complete
            set -l line (commandline -cp)
            vitrine "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c vitrine -f -a '(__vitrine_complete)'
        """;

    public static Command Create()
    {
        var command = new Command("completion", "Print a script that completes verbs, options and values in the shell.").WithExamples("""
            source <(vitrine completion bash)
            vitrine completion zsh > "${fpath[1]}/_vitrine"
            vitrine completion fish > ~/.config/fish/completions/vitrine.fish
            """);
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        command.Arguments.Add(shell);
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(parsed.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCode.Success;
        });
        return command;
    }
}

using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Verbs;
using Vitrine.Agent.Verbs.Profiles;

namespace Vitrine.Agent;

/// <summary>The whole command line: one verb a file under Verbs/.</summary>
static class VitrineCommand
{
    const string Description = "Look inside live Go and .NET processes from outside: nothing stops, nothing is touched.";

    public static async Task<int> Run(string[] arguments, CancellationToken cancellation)
    {
        // The two commonest questions to a new program are answered without building the command tree.
        if (arguments is ["--version"] or ["version"])
        {
            Console.Out.WriteLine($"vitrine {ProductVersion.Text}");
            return ExitCode.Success;
        }
        // A program that is typed alone is asked what it can do.
        var parsed = Create().Parse(arguments.Length == 0 ? ["--help"] : arguments);
        if (parsed.Errors.Count > 0 && !IsHelpOrCompletion(arguments))
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync($"vitrine: {Show.Terminal.Safe(OnOneLine(error.Message))}").ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"  next: vitrine {string.Join(' ', CommandPath(parsed.CommandResult))}--help").ConfigureAwait(false);
            return ExitCode.Usage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancellation).ConfigureAwait(false);
    }

    public static RootCommand Create() => new RootCommand(Description)
    {
        PsVerb.Create(),
        DumpVerb.Create(),
        LeaksVerb.Create(),
        TopVerb.Create(),
        MemVerb.Create(),
        SchedVerb.Create(),
        HttpVerb.Create(),
        SocketsVerb.Create(),
        RecordVerb.Create(),
        LatencyVerb.Create(),
        PanicsVerb.Create(),
        WaitsVerb.Create(),
        GcVerb.Create(),
        WatchVerb.Create(),
        AuditVerb.Create(),
        GateVerb.Create(),
        BtfVerb.Create(),
        ProfileVerb.Create(),
        AuditLogVerb.Create(),
        CompletionVerb.Create(),
    }.ShowExamplesInHelp();

    // The command line library lists what it would have taken below each other.
    static string OnOneLine(string message) => message.Replace(":\n\t", ": ", StringComparison.Ordinal).Replace("\n\t", ", ", StringComparison.Ordinal).ReplaceLineEndings(" ");

    static bool IsHelpOrCompletion(string[] arguments) =>
        arguments.Any(argument => argument is "--help" or "-h" or "-?") || (arguments.Length > 0 && arguments[0].StartsWith("[suggest", StringComparison.Ordinal));

    static IEnumerable<string> CommandPath(System.CommandLine.Parsing.CommandResult result)
    {
        for (System.CommandLine.Parsing.SymbolResult? at = result; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
        {
            if (command.Command is not RootCommand)
                yield return command.Command.Name + " ";
        }
    }
}

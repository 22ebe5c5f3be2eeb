using System.CommandLine;
using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.Agent.Survey;
using Vitrine.Instruments;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine ps</c>: the Go and .NET processes of this machine.</summary>
static class PsVerb
{
    public static Command Create()
    {
        var command = new Command("ps", "List the Go and .NET processes: version, module, listening ports, memory, goroutines, debuggers, pprof handlers.").WithExamples("""
            vitrine ps
            vitrine ps --wide
            vitrine ps --probe          asks each Go service whether it answers /debug/pprof/ to anybody
            """);
        var probe = new Option<bool>("--probe") { Description = "Send one request for /debug/pprof/ to the listeners of each Go process, and ask each .NET runtime for its version and entry assembly; without it nothing is sent to anybody" };
        var wide = new Option<bool>("--wide", "-w") { Description = "Show the whole command line" };
        var format = CommonOptions.Format("text", "text", "json");
        var output = CommonOptions.Output();
        var quiet = CommonOptions.Quiet();
        foreach (Option option in (Option[])[probe, wide, format, output, quiet])
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            using var survey = new ProcessSurvey(parsed.GetValue(probe));
            var result = survey.Run(cancellation);
            if (parsed.GetValue(format) == "json")
                Output.Bytes(parsed.GetValue(output), stream => PsJson.Write(stream, result));
            else
                Output.Text(parsed.GetValue(output), writer => WriteText(writer, result, parsed.GetValue(wide), parsed.GetValue(probe), parsed.GetValue(output) is not null));
            if (result.NotAllowed > 0)
                new Remarks(parsed.GetValue(quiet)).Note(NotAllowedText(result.NotAllowed));
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    static void WriteText(TextWriter writer, SurveyResult result, bool wide, bool probe, bool toFile)
    {
        if (result.Rows.Count == 0)
        {
            writer.WriteLine($"No Go or .NET process among {Units.Count(result.Examined, "process", "processes")}.");
            return;
        }
        var table = Tables.Create(">pid", "runtime", "name", wide ? "command" : "module", "listens on", ">up", ">memory", ">goroutines", "debugger", "pprof", ".NET port");
        foreach (var row in result.Rows)
        {
            table.Row(
                row.Pid.ToString(CultureInfo.InvariantCulture),
                (row.RuntimeVersion ?? (row.Runtime == RuntimeKind.Go ? "Go ?" : ".NET ?")) + (row.GcMode == "server" ? " server GC" : ""),
                row.Name,
                wide ? row.CommandLine : Module(row),
                row.Listening is null ? "?" : Ports(row.Listening, wide),
                Units.Duration(row.Uptime),
                Units.Bytes(row.ResidentBytes),
                row.Runtime != RuntimeKind.Go ? "-" : row.Goroutines.TryGet(out var count) ? Units.Count((long)count) : "?",
                row.TracerPid == 0 ? "-" : $"pid {row.TracerPid}",
                Pprof(row, probe),
                row.DiagnosticPort switch { { CanLook: true } => "open", { } => "closed", _ => "-" });
        }
        Tables.Write(writer, table, toFile);
    }

    // Root asks for no more rights in vain: what is hidden from root is hidden by something that root cannot lift from here.
    static string NotAllowedText(int count) => Units.Count(count, "process", "processes") + " could not be looked into: "
        + (Environment.IsPrivilegedProcess ? "refused to root too, by a security module, a sandbox or a missing capability" : "sudo vitrine ps");

    static string Module(ProcessRow row) => row.Module is null ? "?" : row.ModuleVersion is null or "(devel)" or "" ? row.Module : $"{row.Module}@{row.ModuleVersion}";

    static string Ports(IReadOnlyList<string> listening, bool wide)
    {
        const int shown = 3;
        if (listening.Count == 0)
            return "-";
        return wide || listening.Count <= shown ? string.Join(' ', listening) : $"{string.Join(' ', listening.Take(shown))} +{listening.Count - shown}";
    }

    static string Pprof(ProcessRow row, bool probed)
    {
        if (row.Runtime != RuntimeKind.Go)
            return "-";
        if (probed && row.PprofAnswers is { IsKnown: true } answers)
            return $"OPEN at {answers.Value}";
        return row.HasPprofHandler switch { true => probed ? "linked, no answer" : "linked", false => "-", null => "?" };
    }
}

using System.CommandLine;
using Vitrine.Agent.Audit;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.Agent.Targets;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine audit</c>: is production debugging safe here?</summary>
static class AuditVerb
{
    sealed record Request(string[] Processes, bool Probe, string Format, string? Output, Severity? FailOn, Severity Least, bool All, bool Quiet);

    public static Command Create()
    {
        var command = new Command("audit", "Is production debugging safe here? Debuggers, debug servers, open profiling, settings of the kernel, privileges and secrets in view, each with evidence, severity, the fix and the clause it touches.").WithExamples("""
            vitrine audit
            vitrine audit checkout 4711 --probe
            vitrine audit --format sarif -o audit.sarif
            vitrine audit --min-severity medium --fail-on medium
            """);
        var processes = new Argument<string[]>("PID") { Description = "The processes: pids, or names that only one process has; without any, the whole machine", Arity = ArgumentArity.ZeroOrMore };
        command.Arguments.Add(processes);
        var probe = Add(new Option<bool>("--probe") { Description = "Send one request for /debug/pprof/ to the TCP listeners of Go and .NET processes, to know whether they ask who wants it; without it nothing is sent to anybody" });
        var failOn = Add(SeverityOption("--fail-on", "Exit with 9 when there is a finding of this severity or worse: critical, high, medium, low, info, never", "high", "never"));
        var least = Add(SeverityOption("--min-severity", "Show findings of this severity and worse as text; JSON and SARIF have all", "info"));
        var all = Add(new Option<bool>("--all", "-a") { Description = "Show every process of a finding, not the first ones only" });
        var format = Add(CommonOptions.Format("text", "text", "json", "sarif"));
        var output = Add(CommonOptions.Output());
        var quiet = Add(CommonOptions.Quiet());
        command.SetAction((parsed, cancellation) =>
        {
            Output.Check(parsed.GetValue(output));
            return Task.FromResult(Run(new Request(
                parsed.GetValue(processes) ?? [], parsed.GetValue(probe), parsed.GetValue(format)!, parsed.GetValue(output), Of(parsed.GetValue(failOn)!), Of(parsed.GetValue(least)!) ?? Severity.Info,
                parsed.GetValue(all), parsed.GetValue(quiet)), cancellation));
        });
        return command;

        T Add<T>(T option) where T : Option
        {
            command.Options.Add(option);
            return option;
        }
    }

    static int Run(Request request, CancellationToken cancellation)
    {
        // 1. Find what was meant.
        var processes = request.Processes.Distinct(StringComparer.Ordinal).Select(static one => TargetFinder.Find(one, null)).DistinctBy(static one => one.Pid).ToList();

        // 2. Look and judge.
        var report = Auditor.Run(processes, request.Probe, [], cancellation);

        // 3. Show.
        switch (request.Format)
        {
            case "json":
                Output.Bytes(request.Output, stream => AuditJson.Write(stream, report));
                break;
            case "sarif":
                Output.Bytes(request.Output, stream => AuditSarif.Write(stream, report));
                break;
            default:
                Output.Text(request.Output, writer => AuditText.Write(writer, Style.For(request.Output), report, request.Least, request.All));
                break;
        }
        if ((report.NotAllowed > 0 || report.Hidden.Count > 0) && !Environment.IsPrivilegedProcess)
            new Remarks(request.Quiet).Note("not everything could be seen: sudo vitrine audit");
        return request.FailOn is { } limit && report.Worst >= limit ? ExitCode.FindingsFound : ExitCode.Success;
    }

    static Option<string> SeverityOption(string name, string description, string defaultValue, params string[] others)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "SEVERITY", DefaultValueFactory = _ => defaultValue };
        option.AcceptOnlyFromAmong([.. Enum.GetValues<Severity>().Select(AuditText.Word), .. others]);
        return option;
    }

    static Severity? Of(string word) => Enum.TryParse<Severity>(word, ignoreCase: true, out var severity) ? severity : null;
}

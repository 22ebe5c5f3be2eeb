using System.CommandLine;
using Vitrine.Agent.Audit;
using Vitrine.Agent.Audit.Configuration;
using Vitrine.Agent.Audit.Watching;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.Agent.Targets;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine audit</c>: is production debugging safe here?</summary>
static class AuditVerb
{
    sealed record WatchRequest(string[] Processes, TimeSpan Duration, TimeSpan Every, string Format, string? Output, Severity? FailOn, bool Quiet);

    sealed record Request(string[] Processes, bool Probe, string Format, string? Output, Severity? FailOn, Severity Least, bool All, bool Quiet, string[] Configurations);

    /// <summary>Events of a watch that a file gets; the summary counts all.</summary>
    const int MostKept = 10_000;

    static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(20), s_longestPause = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var command = new Command("audit", "Is production debugging safe here? Debuggers, debug servers, open profiling, settings of the kernel, privileges and secrets in view, each with evidence, severity, the fix and the clause it touches.").WithExamples("""
            vitrine audit
            vitrine audit checkout 4711 --probe
            vitrine audit --format sarif -o audit.sarif
            vitrine audit --min-severity medium --fail-on medium
            vitrine audit --config /etc/vitrine/gate.json
            vitrine audit --watch --format json        a line for each debugger that attaches
            """);
        var processes = new Argument<string[]>("PID") { Description = "The processes: pids, or names that only one process has; without any, the whole machine", Arity = ArgumentArity.ZeroOrMore };
        command.Arguments.Add(processes);
        var probe = Add(new Option<bool>("--probe") { Description = "Send one request for /debug/pprof/ to the TCP listeners of Go and .NET processes, to know whether they ask who wants it; without it nothing is sent to anybody" });
        var configurations = Add(new Option<string[]>("--config") { Description = "Look at this configuration file of Vitrine's too, the gate's or a service's appsettings.json: whom it lets in, and who may change or read what it rests on; may be given several times", HelpName = "FILE", Arity = ArgumentArity.ZeroOrMore });
        var failOn = Add(SeverityOption("--fail-on", "Exit with 9 when there is a finding of this severity or worse: critical, high, medium, low, info, never", "high", "never"));
        var least = Add(SeverityOption("--min-severity", "Show findings of this severity and worse as text; JSON and SARIF have all", "info"));
        var all = Add(new Option<bool>("--all", "-a") { Description = "Show every process of a finding, not the first ones only" });
        var watch = Add(new Option<bool>("--watch") { Description = "Watch instead, and tell each debugger the moment it attaches: through the kernel as root, else by looking again and again" });
        var duration = Add(CommonOptions.Duration("0s", "With --watch: how long; 0 is until Ctrl-C"));
        var every = Add(CommonOptions.Every("250ms", "With --watch, where the kernel does not tell: the time between two looks"));
        var format = Add(CommonOptions.Format("text", "text", "json", "sarif"));
        var output = Add(CommonOptions.Output());
        var quiet = Add(CommonOptions.Quiet());
        command.SetAction((parsed, cancellation) =>
        {
            Output.Check(parsed.GetValue(output));
            if (parsed.GetValue(watch))
                return Task.FromResult(Watch(new WatchRequest(parsed.GetValue(processes) ?? [], duration.Of(parsed), every.Of(parsed), parsed.GetValue(format)!, parsed.GetValue(output), Of(parsed.GetValue(failOn)!), parsed.GetValue(quiet)), cancellation));
            return Task.FromResult(Run(new Request(
                parsed.GetValue(processes) ?? [], parsed.GetValue(probe), parsed.GetValue(format)!, parsed.GetValue(output), Of(parsed.GetValue(failOn)!), Of(parsed.GetValue(least)!) ?? Severity.Info,
                parsed.GetValue(all), parsed.GetValue(quiet), parsed.GetValue(configurations) ?? []), cancellation));
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
        var processes = Find(request.Processes);
        var configured = request.Configurations.Distinct(StringComparer.Ordinal).SelectMany(ConfigurationAudit.Of).ToList();

        // 2. Look and judge.
        var report = Auditor.Run(processes, request.Probe, configured, cancellation);

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

    static int Watch(WatchRequest request, CancellationToken cancellation)
    {
        if (request.Format == "sarif")
            throw new UsageException("--watch writes text or JSON: SARIF is a report of one moment.");
        if (request.Every < s_shortestPause || request.Every > s_longestPause)
            throw new UsageException("--every must be from 20ms to 1m.");
        var targets = Find(request.Processes).Select(static one => one.Pid).ToHashSet();

        // 1. Begin to watch, before anything is looked at.
        using var watch = new DebuggerWatch(DebuggerWatch.Choose(request.Every, out var whyNot), targets, TimeProvider.System);
        var remarks = new Remarks(request.Quiet);
        if (whyNot is not null)
            remarks.Note($"the kernel does not tell at once: {whyNot}");
        remarks.Note($"watching for debuggers {watch.How}; Ctrl-C ends");

        // 2. Tell what is seen: at once to a terminal or pipe, at the end to a file, which appears whole.
        var kept = new List<DebuggerEvent>();
        var toFile = request.Output is not (null or "-");
        var result = watch.Run(request.Duration, one =>
        {
            if (!toFile)
                WriteEvent(request, null, one);
            else if (kept.Count < MostKept)
                kept.Add(one);
        }, cancellation);

        // 3. The summary.
        if (request.Format == "json")
            Output.Bytes(request.Output, stream =>
            {
                kept.ForEach(one => DebuggerJson.WriteOne(stream, one));
                DebuggerJson.WriteEnd(stream, result);
            });
        else
            Output.Text(request.Output, writer =>
            {
                kept.ForEach(one => DebuggerWatchText.WriteOne(writer, Style.For(request.Output), one));
                DebuggerWatchText.WriteEnd(writer, Style.For(request.Output), result);
            });
        return result.SawAttached && request.FailOn <= AuditRules.DebuggerAttached.Worst ? ExitCode.FindingsFound : ExitCode.Success;
    }

    static void WriteEvent(WatchRequest request, string? path, DebuggerEvent one)
    {
        if (request.Format == "json")
            Output.Bytes(path, stream => DebuggerJson.WriteOne(stream, one));
        else
            Output.Text(path, writer => DebuggerWatchText.WriteOne(writer, Style.For(path), one));
    }

    static List<LinuxProcess> Find(string[] processes) => [.. processes.Distinct(StringComparer.Ordinal).Select(static one => TargetFinder.Find(one, null)).DistinctBy(static one => one.Pid)];

    static Option<string> SeverityOption(string name, string description, string defaultValue, params string[] others)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "SEVERITY", DefaultValueFactory = _ => defaultValue };
        option.AcceptOnlyFromAmong([.. Enum.GetValues<Severity>().Select(AuditText.Word), .. others]);
        return option;
    }

    static Severity? Of(string word) => Enum.TryParse<Severity>(word, ignoreCase: true, out var severity) ? severity : null;
}

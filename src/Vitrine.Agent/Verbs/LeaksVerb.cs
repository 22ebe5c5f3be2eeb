using System.CommandLine;
using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.DotNet;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.DotNet.Outside;
using Vitrine.Go;
using Vitrine.Go.Goroutines;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Leaks;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine leaks</c>: which groups of goroutines leak, with the evidence.</summary>
static class LeaksVerb
{
    sealed record Request(TimeSpan Duration, TimeSpan Every, string Format, string? Output, bool All, bool UseExitCode, bool CountersOnly, bool Quiet);

    public static Command Create()
    {
        var command = new Command("leaks", "Watch a process for a while and say what leaks, with the evidence and what cannot be known. Go: groups of goroutines. .NET: memory that stays after collections and who allocated it, threads, and a thread pool that starves.").WithExamples("""
            vitrine leaks 4711
            vitrine leaks checkout -d 10m --every 10s
            vitrine leaks --listen :8080 --exit-code --quiet        exits with 8 when there is a leak
            """);
        var target = new TargetOptions(command);
        var duration = Add(CommonOptions.Duration("30s", "How long to watch"));
        var every = Add(CommonOptions.Every("3s", "Time between two dumps"));
        var all = Add(new Option<bool>("--all", "-a") { Description = "Show the groups that show no sign of a leak too" });
        var exitCode = Add(new Option<bool>("--exit-code") { Description = "Exit with 8 when a leak was found" });
        var countersOnly = Add(new Option<bool>("--counters-only") { Description = ".NET: counters and threads only; the runtime reports neither allocations nor waits, which costs the process nothing" });
        var format = Add(CommonOptions.Format("text", "text", "json"));
        var output = Add(CommonOptions.Output());
        var quiet = Add(CommonOptions.Quiet());
        command.SetAction((parsed, cancellation) => Run(target, parsed, new Request(
            duration.Of(parsed), every.Of(parsed), parsed.GetValue(format)!, parsed.GetValue(output), parsed.GetValue(all), parsed.GetValue(exitCode), parsed.GetValue(countersOnly), parsed.GetValue(quiet)), cancellation));
        return command;

        T Add<T>(T option) where T : Option
        {
            command.Options.Add(option);
            return option;
        }
    }

    static async Task<int> Run(TargetOptions options, ParseResult parsed, Request request, CancellationToken cancellation)
    {
        if (request.Every <= TimeSpan.Zero)
            throw new UsageException("--every must be longer than 0.");

        // 1. Find the target.
        var any = options.AttachAny(parsed);
        if (any is DotNetTarget dotNet)
            return DotNetLeaks.Run(dotNet, new(request.Duration, request.Every, request.Format, request.Output, request.All, request.UseExitCode, request.CountersOnly), new Remarks(request.Quiet), cancellation);
        using var target = (GoTarget)any;

        // 2. Look again and again.
        var remarks = new Remarks(request.Quiet);
        var watch = new LeakWatch(target: target.Pid.ToString(CultureInfo.InvariantCulture));
        GoroutineDump? last = null;
        await Repeat.Each(request.Every, request.Duration, at =>
        {
            // The clock of the series is that of the looks; two looks never share a time.
            last = target.ReadGoroutines(cancellation: CancellationToken.None);
            watch.Observe(DumpObservation.Of(last, at));
            remarks.Progress($"watching {target.Name}: {Units.Count(last.Count, "goroutine")}, {Units.Duration(at)} of {Units.Duration(request.Duration)}, Ctrl-C concludes early");
        }, cancellation).ConfigureAwait(false);

        // 3. Look for who could still release the suspects.
        var holders = HolderSearcher.Search(target, last!, watch.Candidates(), CancellationToken.None);

        // 4. Conclude and show.
        var report = watch.Conclude(holders);
        remarks.ClearProgress();
        if (request.Format == "json")
            Output.Bytes(request.Output, stream => LeaksJson.Write(stream, target, report, request.All));
        else
            Output.Text(request.Output, writer => new LeaksText(writer, Style.For(request.Output)).Write(target, report, request.All));
        return request.UseExitCode && report.Groups.Any(group => group.Finding.Verdict == Verdict.Fault) ? ExitCode.LeakFound : ExitCode.Success;
    }
}

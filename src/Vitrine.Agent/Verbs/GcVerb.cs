using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Live;
using Vitrine.Agent.Show;
using Vitrine.Agent.Timelines;
using Vitrine.Go;
using Vitrine.Go.Probes.Collector;
using Vitrine.Linux.Kernel;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine gc</c>: each collection, each stop of the world with its reason, and who pays for marking.</summary>
static class GcVerb
{
    static readonly TimeSpan RedrawEvery = TimeSpan.FromSeconds(1);

    /// <summary>Collections in the table at the end; a file and JSON have all that are kept.</summary>
    const int MostCycles = 40;

    public static Command Create()
    {
        var command = new Command("gc", "Watch the garbage collector of a Go process: trigger, phases, pauses, mark assists, heap, and who else stops the world.").WithExamples("""
            vitrine gc 4711 -d 30s
            vitrine gc 4711 -d 1m --timeline gc.html --timeline gc.json
            vitrine gc checkout --format json -d 10s -o gc.json
            """);
        var options = new ProbeOptions(command, "text", "json");
        var timeline = new Option<string[]>("--timeline")
        {
            Description = "Also write a timeline: FILE.html is a page that needs nothing else, FILE.json opens in Perfetto and chrome://tracing; may be given twice",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = false,
        };
        var noAssists = new Option<bool>("--no-assists") { Description = "Do not measure mark assists one by one: fewer probes; their total is still told" };
        command.Options.Add(timeline);
        command.Options.Add(noAssists);
        command.SetAction((parsed, cancellation) => Run(options, parsed, parsed.GetValue(timeline) ?? [], parsed.GetValue(noAssists), cancellation));
        return command;
    }

    static async Task<int> Run(ProbeOptions options, ParseResult parsed, string[] timelines, bool noAssists, CancellationToken cancellation)
    {
        foreach (var path in timelines)
            TimelineFile.Check(path);

        // 1. The process, and the probes for it.
        using var target = options.Attach(parsed);
        var request = options.Of(parsed);
        using var watch = GcWatch.Open(target, new GcWatchOptions { Budget = request.Budget, Assists = !noAssists, SingleAssists = timelines.Length > 0 });

        // 2. Watch, and show what there is so far.
        var (startedAt, startedNs) = (DateTimeOffset.UtcNow, MonotonicClock.Now);
        await Watch(watch, target, request, cancellation).ConfigureAwait(false);

        // 3. The result.
        var report = watch.Report();
        foreach (var path in timelines)
            TimelineFile.Write(path, GcTimeline.Of(target, watch, startedAt, startedNs));
        if (request.Format == "json")
            Output.Bytes(request.Output, stream => GcJson.Write(stream, target, watch, report, startedAt));
        else
        {
            Output.Text(request.Output, writer =>
            {
                var style = Style.For(request.Output);
                GcText.Write(writer, style, Title(target, style, report.Coverage.Watched), watch, MostCycles, toFile: style == Style.None);
                ProbeReportText.Write(writer, style, report);
            });
        }
        return EndOfLook.Of(target.Pid, report);
    }

    static async Task Watch(GcWatch watch, GoTarget target, ProbeRequest request, CancellationToken cancellation)
    {
        using var view = new LiveView(request.IsLive);
        var started = TimeProvider.System.GetTimestamp();
        var drawn = TimeSpan.Zero - RedrawEvery;
        await watch.Run(request.Duration, () =>
        {
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            if (!request.IsLive || elapsed - drawn < RedrawEvery)
                return;
            drawn = elapsed;
            view.Draw((writer, style) => GcText.Write(writer, style, $"{Title(target, style, elapsed)}   {style.Dim}Ctrl-C ends and prints{style.Reset}", watch, Math.Max(4, Console.WindowHeight - 28), toFile: false));
        }, cancellation).ConfigureAwait(false);
    }

    static string Title(GoTarget target, Style style, TimeSpan watched) =>
        $"{Heading.Of(style, target)}, watched for {Units.Duration(watched)}";
}

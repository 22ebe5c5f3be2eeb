using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Live;
using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Go.Probes.Http;
using Vitrine.Insight.Requests;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine http</c>: the requests of a Go server: which, how long, how they ended, what runs now, and where the time of slow ones goes.</summary>
static class HttpVerb
{
    const string DefaultAge = "200ms";

    static readonly TimeSpan s_redraw = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var command = new Command("http", "Watch the requests of a Go server on net/http, HTTP/1 and HTTP/2: routes, status, duration, what runs now, and where the time of slow ones goes.").WithExamples("""
            vitrine http 4711
            vitrine http 4711 --slow 200ms -d 1m       where the time of requests over 200 ms goes
            vitrine http --listen :8080 --gc -d 5m     which requests ran when a collection started, and what it took from them
            """);
        var options = new ProbeOptions(command, "text", "json");
        var slow = Add(new DurationOption("--slow", [], DefaultAge, "Show the requests that took at least this long, with where their time went; goes with --split"));
        var gc = Add(new Option<bool>("--gc") { Description = "Show the requests that were running, and older than --older, when a collection started, beside those that met none; goes with --split" });
        var older = Add(new DurationOption("--older", [], DefaultAge, "How old a request has to be to count with --gc"));
        var split = Add(new Option<bool>("--split") { Description = "Follow the goroutines of requests: costs a probe at every park, wake-up and start of any goroutine of the target" });
        var query = Add(new Option<bool>("--query") { Description = "Keep and show the query of each request, which may hold secrets; without it the query is never read" });
        var top = Add(new Option<int>("--top") { Description = "Lines of each table in text", HelpName = "N", DefaultValueFactory = static _ => 20 });
        command.SetAction((parsed, cancellation) => Run(options, parsed, new HttpView(
            parsed.GetValue(slow), parsed.GetValue(gc) ? older.Of(parsed) : null, parsed.GetValue(split), parsed.GetValue(query), Math.Max(1, parsed.GetValue(top))), cancellation));
        return command;

        T Add<T>(T option) where T : Option
        {
            command.Options.Add(option);
            return option;
        }
    }

    static async Task<int> Run(ProbeOptions options, ParseResult parsed, HttpView view, CancellationToken cancellation)
    {
        // 1. Find the target.
        using var target = options.Attach(parsed);
        var request = options.Of(parsed);

        // 2. Watch.
        using var watch = HttpWatch.Open(target, new HttpWatchOptions { Split = view.NeedsSplit, KeepQuery = view.Query, Budget = request.Budget });
        await Watch(target, watch, request, view, cancellation).ConfigureAwait(false);

        // 3. Conclude and show.
        var report = watch.Report();
        var exposure = view.OlderThan is { } age ? GcExposure.Analyse(report, age) : null;
        if (request.Format == "json")
            Output.Bytes(request.Output, stream => HttpJson.Write(stream, target, report, exposure, view.Slow));
        else
            Output.Text(request.Output, writer => new HttpText(writer, Style.For(request.Output), view).Write(target, report, exposure));
        return EndOfLook.Of(target.Pid, report.Probes);
    }

    static async Task Watch(GoTarget target, HttpWatch watch, ProbeRequest request, HttpView view, CancellationToken cancellation)
    {
        var remarks = new Remarks(request.Quiet);
        using var live = new LiveView(request.IsLive);
        var next = s_redraw;
        var began = TimeProvider.System.GetTimestamp();
        await watch.Run(request.Duration, () =>
        {
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            if (elapsed < next)
                return;
            next = elapsed + s_redraw;
            if (request.IsLive)
                live.Draw((writer, style) => new HttpText(writer, style, view).WriteLive(target, watch.Report()));
            else
                remarks.Progress($"watching {target.Name}: {Units.Count(watch.Finished, "request")} in {Units.Duration(elapsed)}, Ctrl-C ends and prints the result");
        }, cancellation).ConfigureAwait(false);
        remarks.ClearProgress();
    }
}

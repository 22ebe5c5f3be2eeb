using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Json;
using Vitrine.Agent.Live;
using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Go.Probes.Latency;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine latency</c>: how long calls of functions take, while they are called.</summary>
static class LatencyVerb
{
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var command = new Command("latency", "Measure how long calls of functions of a Go process take: count, rate and quantiles, live.").WithExamples("""
            vitrine latency 4711 'net/http.(*conn).serve'
            vitrine latency 4711 'main.handle*' runtime.mallocgc -d 30s
            vitrine latency 4711 main.query --by caller
            vitrine latency 4711 main.handle --by label:route -d 1m --format prometheus -o handle.prom
            """);
        var options = new ProbeOptions(command, "text", "json", "prometheus", "otlp");
        var functions = new Argument<string[]>("FUNCTION") { Description = "Full names as Go prints them, globs (main.*) or /regular expressions/", Arity = ArgumentArity.ZeroOrMore };
        var by = new Option<string?>("--by") { Description = "Tell calls apart by the calling function (caller) or by a pprof label of the goroutine (label:KEY)", HelpName = "caller|label:KEY" };
        command.Arguments.Add(functions);
        command.Options.Add(by);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = options.Of(parsed);
            var (grouping, key) = Grouping(parsed.GetValue(by));
            var (target, words) = options.Attach(parsed, functions);
            using (target)
            {
                if (words.Length == 0)
                    throw new UsageException("name at least one function: vitrine latency PID FUNCTION…");
                return await Run(target, request, new LatencyOptions { Functions = words, By = grouping, LabelKey = key, Budget = request.Budget }, cancellation).ConfigureAwait(false);
            }
        });
        return command;
    }

    static async Task<int> Run(GoTarget target, ProbeRequest request, LatencyOptions options, CancellationToken cancellation)
    {
        // 1. Find the functions and load the program.
        using var look = LatencyLook.Open(target, options);
        var remarks = new Remarks(request.Quiet);
        foreach (var absent in look.Session.Absent)
            remarks.Note($"absent: {absent.Function}: {absent.Reason}");

        // 2. Watch, and show what there is once a second.
        var from = DateTimeOffset.UtcNow;
        using (var view = new LiveView(request.IsLive))
        {
            await look.Session.Run(
                request.Duration, Tick, () => view.Draw((writer, style) => LatencyText.Write(writer, style, target, look.Read(), options, live: true)), cancellation).ConfigureAwait(false);
        }

        // 3. The result.
        var result = look.Read();
        switch (request.Format)
        {
            case "json":
                Output.Bytes(request.Output, stream => LatencyJson.Write(stream, target, result, options));
                break;
            case "prometheus":
                Output.Text(request.Output, writer => LatencyMetrics.WritePrometheus(writer, target, result, options));
                break;
            case "otlp":
                Output.Bytes(request.Output, stream => LatencyMetrics.WriteOtlp(stream, target, result, options, from, from + result.Report.Coverage.Watched));
                break;
            default:
                Output.Text(request.Output, writer => LatencyText.Write(writer, Style.For(request.Output), target, result, options, live: false));
                break;
        }
        return EndOfLook.Of(target.Pid, result.Report);
    }

    static (LatencyGrouping By, string Key) Grouping(string? text) => text switch
    {
        null => (LatencyGrouping.None, ""),
        "caller" => (LatencyGrouping.Caller, ""),
        _ when text.StartsWith("label:", StringComparison.Ordinal) && text.Length > "label:".Length => (LatencyGrouping.Label, text["label:".Length..]),
        _ => throw new UsageException($"'--by {text}' is not understood: write caller, or label:KEY with the key of a pprof label"),
    };
}

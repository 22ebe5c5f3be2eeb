using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Vitrine.AspNetCore.Operations;
using Vitrine.DotNet;
using Vitrine.DotNet.Custom;

namespace Vitrine.AspNetCore.Tests.Operations;

[Collection(nameof(Alone))]
public sealed class LogicalOperationTests
{
    const string Trace = "0af7651916cd43dd8448eb211c80319c", TraceParent = $"00-{Trace}-b7ad6b7169203331-01";

    /// <summary>A request that logs here, after an await, in a child task, and in a child task that goes on after the answer.</summary>
    static Action<WebApplication> Route(TaskCompletionSource late, TaskCompletionSource answered) => app => app.MapGet("/work/{id}", async (ILoggerFactory loggers) =>
    {
        var logger = loggers.CreateLogger("work");
        logger.LogInformation("at once");
        await Task.Delay(5);
        logger.LogInformation("after an await");
        await Task.Run(() => logger.LogInformation("in a child"));
        _ = Task.Run(async () =>
        {
            await answered.Task;
            logger.LogInformation("after the answer");
            late.SetResult();
        });
        return LogicalOperation.Current?.Id ?? "none";
    });

    static readonly string[] s_texts = ["at once", "after an await", "in a child", "after the answer"];

    /// <summary>Runs the request, and the child that outlives it.</summary>
    static async Task<(string Operation, DateTimeOffset From, DateTimeOffset To)> Run(Action<WebApplicationBuilder> build, string? traceParent)
    {
        TaskCompletionSource late = new(), answered = new();
        await using var service = await TestService.Start(build: build, routes: Route(late, answered));
        var from = DateTimeOffset.UtcNow;
        var operation = await service.GetText("/work/7", traceParent is null ? [] : [("traceparent", traceParent)]);
        answered.SetResult();
        await late.Task.WaitAsync(Wait.Limit);
        return (operation, from, DateTimeOffset.UtcNow);
    }

    static void Check(IReadOnlyList<Dictionary<string, string>> lines, (string Operation, DateTimeOffset From, DateTimeOffset To) run, string? traceParent)
    {
        Assert.Equal(s_texts.Length, lines.Count);
        Assert.Single(lines.Select(static one => one["TraceId"]).Distinct());
        if (traceParent is not null) Assert.Equal(Trace, lines[0]["TraceId"]);
        else Assert.Equal(32, lines[0]["TraceId"].Length);
        Assert.All(lines, line =>
        {
            Assert.Equal(run.Operation, line["OperationId"]);
            // A tick of the coarser of two clocks, at most.
            Assert.InRange(DateTimeOffset.Parse(line["RequestStart"], System.Globalization.CultureInfo.InvariantCulture), run.From.AddMilliseconds(-50), run.To.AddMilliseconds(50));
        });
    }

    [Theory]
    [InlineData(TraceParent), InlineData(null), InlineData("not-a-traceparent")]
    public async Task BuiltInLogger_EveryLineOfTheRequest_HasTraceOperationAndStart(string? traceParent)
    {
        var log = new LogLines();

        var run = await Run(builder => builder.Logging.AddProvider(log), traceParent);

        Check([.. s_texts.Select(log.ScopesOf)], run, traceParent == TraceParent ? traceParent : null);
    }

    [Fact]
    public async Task BuiltInConsole_WritesThem()
    {
        var old = Console.Out;
        using var text = new StringWriter();
        Console.SetOut(TextWriter.Synchronized(text));
        string operation;
        try
        {
            (operation, _, _) = await Run(static builder => builder.Logging.AddJsonConsole(static options => options.IncludeScopes = true), TraceParent);
        }
        finally
        {
            Console.SetOut(old);
        }

        var lines = text.ToString().Split('\n').Where(static line => line.Contains("\"Category\":\"work\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(s_texts.Length, lines.Count);
        Assert.All(lines, line =>
        {
            Assert.Contains($"\"OperationId\":\"{operation}\"", line, StringComparison.Ordinal);
            Assert.Contains($"\"TraceId\":\"{Trace}\"", line, StringComparison.Ordinal);
        });
    }

    sealed class Sink : ILogEventSink
    {
        public ConcurrentQueue<LogEvent> Events { get; } = [];

        public void Emit(LogEvent logEvent) => Events.Enqueue(logEvent);
    }

    [Theory]
    [InlineData(TraceParent), InlineData(null)]
    public async Task Serilog_EveryLineOfTheRequest_HasTraceOperationAndStart(string? traceParent)
    {
        var sink = new Sink();
        using var serilog = new LoggerConfiguration().Enrich.FromLogContext().WriteTo.Sink(sink).CreateLogger();

        var run = await Run(builder => builder.Logging.AddSerilog(serilog), traceParent);

        var lines = s_texts.Select(text => sink.Events.Single(one => one.MessageTemplate.Text == text)).ToList();
        Check([.. lines.Select(static line => line.Properties.ToDictionary(static one => one.Key, static one => one.Value is ScalarValue { Value: string value } ? value : ""))], run, traceParent);
        Assert.All(lines, line => Assert.Equal(((ScalarValue)line.Properties["TraceId"]).Value, line.TraceId?.ToHexString()));
    }

    sealed class Capture<T>(Action<T> keep) : BaseProcessor<T>
    {
        public override void OnEnd(T data) => keep(data);
    }

    [Theory]
    [InlineData(TraceParent), InlineData(null)]
    public async Task OpenTelemetry_LogsAndSpans_HaveThem(string? traceParent)
    {
        var lines = new ConcurrentDictionary<string, Dictionary<string, string>>();
        var spans = new ConcurrentQueue<Activity>();
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSource("Microsoft.AspNetCore").AddProcessor(new Capture<Activity>(spans.Enqueue)).Build();

        var run = await Run(builder => builder.Logging.AddOpenTelemetry(options =>
        {
            options.IncludeScopes = true;
            options.AddProcessor(new Capture<LogRecord>(record =>
            {
                if (record.CategoryName != "work") return;
                Dictionary<string, string> scopes = [];
                record.ForEachScope(static (scope, found) =>
                {
                    foreach (var (key, value) in scope)
                        found[key] = value?.ToString() ?? "";
                }, scopes);
                scopes["trace of the record"] = record.TraceId.ToHexString();
                lines[record.Body ?? record.FormattedMessage ?? ""] = scopes;
            }));
        }), traceParent);

        Check([.. s_texts.Select(text => lines[text])], run, traceParent);
        Assert.All(lines.Values, static line => Assert.Equal(line["TraceId"], line["trace of the record"]));
        var span = Assert.Single(spans, one => (string?)one.GetTagItem("vitrine.operation.id") == run.Operation);
        Assert.Equal(lines["at once"]["TraceId"], span.TraceId.ToHexString());
        Assert.Equal(lines["at once"]["RequestStart"], span.GetTagItem("vitrine.request.start"));
    }

    [Theory]
    [InlineData(TraceParent), InlineData(null)]
    public async Task NobodyLogsOrListens_TheRequestStillHasATrace(string? traceParent)
    {
        await using var service = await TestService.Start(routes: static app => app.MapGet("/who", static async () =>
        {
            await Task.Yield();
            return await Task.Run(static () => $"{LogicalOperation.Current?.TraceId} {Activity.Current?.TraceId}");
        }));

        var traces = (await service.GetText("/who", traceParent is null ? [] : [("traceparent", traceParent)])).Split(' ');

        Assert.Equal(traces[0], traces[1]);
        Assert.Equal(traceParent is null ? traces[0] : Trace, traces[0]);
        Assert.NotEqual(new string('0', 32), traces[0]);
    }

    [Fact]
    public async Task Requests_EachHasItsOwnOperation_AndNoneOutside()
    {
        await using var service = await TestService.Start(routes: static app => app.MapGet("/who", static () => LogicalOperation.Current?.Id));

        var operations = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.GetText("/who")));

        Assert.Equal(20, operations.Distinct().Count());
        Assert.Null(LogicalOperation.Current);
    }

    [Fact]
    public async Task Begin_IsAPartOfTheOneAround_AndEndsWithItsScope()
    {
        using (LogicalOperation.Begin("import"))
        {
            var outer = LogicalOperation.Current!;
            await Task.Yield();
            using (LogicalOperation.Begin("one file"))
            {
                var inner = await Task.Run(static () => LogicalOperation.Current!);
                Assert.Same(outer, inner.Parent);
                Assert.Equal((outer.TraceId, outer.StartedAt, "one file"), (inner.TraceId, inner.StartedAt, inner.Name));
                Assert.NotEqual(outer.Id, inner.Id);
            }
            Assert.Same(outer, LogicalOperation.Current);
        }
        Assert.Null(LogicalOperation.Current);
    }

    [Fact]
    public async Task Profiles_AreLabelledWithMethodAndRoutePattern_NeverThePath()
    {
        using var work = new CustomProfile("work", new() { ReadLabels = true });
        await using var service = await TestService.Start(routes: app =>
        {
            app.MapGet("/quotes/{article}", async (string article) =>
            {
                await Task.Yield();
                await Task.Run(() => work.Add(article));
            });
            app.MapFallback(static () => "nothing");
        });

        await service.Get("/quotes/spoon");
        await service.Get("/quotes/fork");
        using var strange = new HttpRequestMessage(new HttpMethod("BREW"), "/coffee");
        await service.Client.SendAsync(strange);

        var profile = work.Collect(SelfTarget.Instance, default).Result;
        var sample = Assert.Single(profile.Samples);
        Assert.Equal(2, sample.Values[0]);
        Assert.Equal(["http.request.method=GET", "http.route=/quotes/{article}"], sample.Labels.Select(static one => $"{one.Key}={one.Text}").Order(StringComparer.Ordinal));
    }
}

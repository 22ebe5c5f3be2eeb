using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vitrine.AspNetCore.Metrics;
using Vitrine.TestTargets;

namespace Vitrine.AspNetCore.Tests.Metrics;

[Collection(nameof(Alone))]
public sealed partial class MetricsPageTests
{
    const string OpenMetrics = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    static Meter MeterOf(TestService service, string name) => service.Services.GetRequiredService<IMeterFactory>().Create(new MeterOptions(name) { Version = "1.2" });

    static Dictionary<string, double> Samples(string page) => page.Split('\n').Where(static line => line.Length > 0 && line[0] != '#').ToDictionary(
        static line => line[..line.LastIndexOf(' ')], static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..].Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture));

    /// <summary>A buffer that is there already.</summary>
    sealed class Fixed : IBufferWriter<byte>
    {
        readonly byte[] _bytes = new byte[1 << 20];

        public int Length { get; set; }

        public void Advance(int count) => Length += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(Length);

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(Length);

        public override string ToString() => System.Text.Encoding.UTF8.GetString(_bytes, 0, Length);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Render_InTheSteadyState_AllocatesNothing(bool isOpenMetrics)
    {
        await using var service = await TestService.Start(static options => options.Metrics.Meters.Add("Shop"), routes: static app => app.MapGet("/work", static () => "done"));
        using var meter = MeterOf(service, "Shop");
        var orders = meter.CreateCounter<long>("shop.orders");
        var waits = meter.CreateHistogram<double>("shop.waits", "s");
        await service.GetText("/work");
        var handler = service.Services.GetRequiredService<MetricsPage>();
        var page = new Fixed();

        var allocated = AllocatedBytes.Of(() =>
        {
            orders.Add(1, new KeyValuePair<string, object?>("kind", "new"));
            waits.Record(0.3, new KeyValuePair<string, object?>("kind", "new"));
            page.Length = 0;
            handler.Write(page, isOpenMetrics ? OpenMetrics : "", default);
        });

        Assert.Equal(0, allocated);
        Assert.Contains("shop_orders_total", page.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OpenMetrics, true), InlineData("application/openmetrics-text", true)]
    [InlineData("", false), InlineData("*/*", false), InlineData("text/plain", false), InlineData("text/plain,application/openmetrics-text;q=0.5", false), InlineData("application/openmetrics-text;q=0", false), InlineData("!!", false)]
    public async Task Get_Format_IsTheOneThatIsAskedFor(string accept, bool isOpenMetrics)
    {
        await using var service = await TestService.Start();

        using var answer = await service.Get("/metrics", ("Accept", accept));
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal(isOpenMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(isOpenMetrics, page.EndsWith("\n# EOF\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requests_AreCountedByRouteMethodAndStatus_AndTimedAsTheyTook()
    {
        await using var service = await TestService.Start(routes: static app => app.MapGet("/work/{id}", static async (int id) =>
        {
            await Task.Delay(id);
            return id == 20 ? Microsoft.AspNetCore.Http.Results.NotFound() : Microsoft.AspNetCore.Http.Results.Ok();
        }));
        double took = 0;
        for (var i = 0; i < 3; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await service.GetText("/work/30");
            took += Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
        await service.GetText("/work/20");
        const string Name = "http_server_request_duration_seconds";
        const string Ok = """otel_scope_name="Microsoft.AspNetCore.Hosting",http_request_method="GET",http_response_status_code="200",http_route="/work/{id}",network_protocol_version="1.1",url_scheme="http" """;
        var labels = Ok.TrimEnd();
        var missing = labels.Replace("\"200\"", "\"404\"", StringComparison.Ordinal);

        await Wait.Until(async () => (await service.GetText("/metrics")).Contains($"{Name}_count{{{missing}}} 1\n", StringComparison.Ordinal), "the last request is counted");
        var samples = Samples(await service.GetText("/metrics"));

        Assert.Equal(3, samples[$"{Name}_count{{{labels}}}"]);
        Assert.Equal(3, samples[$"{Name}_bucket{{{labels},le=\"+Inf\"}}"]);
        Assert.Equal(0, samples[$"{Name}_bucket{{{labels},le=\"0.025\"}}"]);
        // Each waited for 30 ms, less what a timer may be early, and the client's stopwatch saw all of it.
        Assert.InRange(samples[$"{Name}_sum{{{labels}}}"], 3 * 0.025, took);
        Assert.DoesNotContain("/work/30", await service.GetText("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instruments_OfEveryKind_AreShownAsTheConventionsSay()
    {
        await using var service = await TestService.Start(static options => options.Metrics.Meters.Add("Shop*"));
        using var meter = MeterOf(service, "Shop.Orders");
        using var other = MeterOf(service, "Warehouse");
        var orders = meter.CreateCounter<int>("shop.orders", "{order}", "Orders, \"new\" and old.\nOf all kinds.");
        var weight = meter.CreateHistogram("shop.weight", "kg", "Weights.", [], new InstrumentAdvice<float> { HistogramBucketBoundaries = [1, 2.5f] });
        var open = meter.CreateUpDownCounter<short>("shop.open");
        var load = meter.CreateGauge<double>("shop.load", "1");
        long sum = 10;
        meter.CreateObservableCounter("shop.bytes", () => sum, "By");
        other.CreateCounter<long>("warehouse.items").Add(1);

        orders.Add(1, new("kind", "a\"b\\c\nd"), new("size", 3));
        orders.Add(2, new KeyValuePair<string, object?>("size", 3), new KeyValuePair<string, object?>("kind", "a\"b\\c\nd"));
        orders.Add(4, new("kind", null), new("size", true));
        foreach (var one in (float[])[0.5f, 1, 2, 100]) weight.Record(one);
        open.Add(3);
        open.Add(-1);
        load.Record(0.25);
        load.Record(double.NaN);
        var before = Samples((await service.GetText("/metrics")).Replace("NaN", "0", StringComparison.Ordinal));
        sum = 25;
        load.Record(0.75);
        var page = await service.GetText("/metrics");
        var samples = Samples(page);

        const string Scope = "otel_scope_name=\"Shop.Orders\",otel_scope_version=\"1.2\"";
        Assert.Equal(3, samples[$"shop_orders_total{{{Scope},kind=\"a\\\"b\\\\c\\nd\",size=\"3\"}}"]);
        Assert.Equal(4, samples[$"shop_orders_total{{{Scope},kind=\"\",size=\"true\"}}"]);
        Assert.Equal([2, 3, 4], ((string[])["1.0", "2.5", "+Inf"]).Select(bound => samples[$"shop_weight_kg_bucket{{{Scope},le=\"{bound}\"}}"]));
        Assert.Equal(103.5, samples[$"shop_weight_kg_sum{{{Scope}}}"]);
        Assert.Equal(2, samples[$"shop_open{{{Scope}}}"]);
        Assert.Equal(0.75, samples[$"shop_load_ratio{{{Scope}}}"]);
        Assert.Equal((10, 25), (before[$"shop_bytes_total{{{Scope}}}"], samples[$"shop_bytes_total{{{Scope}}}"]));
        Assert.Contains("# HELP shop_orders_total Orders, \"new\" and old.\\nOf all kinds.\n# TYPE shop_orders_total counter\n", page, StringComparison.Ordinal);
        Assert.Contains("# TYPE shop_orders counter\n# HELP shop_orders Orders, \\\"new\\\" and old.\\nOf all kinds.\n", await service.GetText("/metrics", ("Accept", OpenMetrics)), StringComparison.Ordinal);
        Assert.DoesNotContain("warehouse", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scope_NotWanted_SameNamesAreOneSeries()
    {
        await using var service = await TestService.Start(static options =>
        {
            options.Metrics.IncludeScope = false;
            options.Metrics.Meters.Add("Shop*");
        });
        using var one = MeterOf(service, "Shop.A");
        using var two = MeterOf(service, "Shop.B");
        one.CreateCounter<long>("orders").Add(1);
        two.CreateCounter<long>("orders").Add(2);
        two.CreateHistogram<long>("orders.total").Record(2);   // comes out as another name
        one.CreateHistogram<long>("orders").Record(2);         // the same name, another kind: no place

        var samples = Samples(await service.GetText("/metrics"));

        Assert.Equal(3, samples["orders_total"]);
        Assert.DoesNotContain(samples.Keys, static key => key.StartsWith("orders_bucket", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Observable_CallbackFails_TheOthersAreOnThePage_AndItIsCountedAndLoggedOnce()
    {
        var log = new LogLines();
        await using var service = await TestService.Start(static options => options.Metrics.Meters.Add("Shop"), builder => builder.Logging.AddProvider(log));
        using var meter = MeterOf(service, "Shop");
        meter.CreateObservableGauge<int>("broken", static int () => throw new ArithmeticException("of the test"));
        meter.CreateObservableGauge("whole", static () => 7);

        await service.GetText("/metrics");
        var samples = Samples(await service.GetText("/metrics"));

        Assert.Equal(7, samples.Single(static one => one.Key.StartsWith("whole", StringComparison.Ordinal)).Value);
        Assert.Equal(2, samples.Single(static one => one.Key.StartsWith("vitrine_metrics_failures_total", StringComparison.Ordinal)).Value);
        Assert.Single(log.Lines, static one => one.Text.StartsWith("The callback of an observable instrument failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Series_OfTagsAndMetersThatAreNoMore_AreGone()
    {
        await using var service = await TestService.Start(static options =>
        {
            options.Metrics.Meters.Add("Shop*");
            options.Metrics.MaximumSeries = 3;
        });
        using var meter = MeterOf(service, "Shop");
        var queue = "a";
        meter.CreateObservableGauge("length", IEnumerable<Measurement<int>> () => [new Measurement<int>(1, new KeyValuePair<string, object?>("queue", queue)), new Measurement<int>(2, new KeyValuePair<string, object?>("queue", "always"))]);
        using (var closed = new Meter(new MeterOptions("Shop.Closed")))
        {
            closed.CreateCounter<long>("sold").Add(1);
            Assert.Contains("sold_total", await service.GetText("/metrics"), StringComparison.Ordinal);
        }

        // More names one after the other than there may be at once.
        foreach (var name in (string[])["b", "c", "d", "e"])
        {
            queue = name;
            var lengths = Samples(await service.GetText("/metrics")).Keys.Where(static one => one.StartsWith("length", StringComparison.Ordinal)).ToList();
            Assert.Equal(2, lengths.Count);
            Assert.Contains(lengths, one => one.EndsWith($"queue=\"{name}\"}}", StringComparison.Ordinal));
        }
        Assert.DoesNotContain("sold_total", await service.GetText("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_WithReservedNames_OrTheSameText_MakeNoLabelAndNoSeriesTwice()
    {
        await using var service = await TestService.Start(static options => options.Metrics.Meters.Add("Shop"));
        using var meter = MeterOf(service, "Shop");
        var waits = meter.CreateHistogram<double>("waits", "s");
        var orders = meter.CreateCounter<long>("orders");

        waits.Record(1, new("le", "1"), new("otel.scope.name", "other"));
        waits.Record(double.NaN, new("le", "1"), new("otel.scope.name", "other"));
        for (var i = 0; i < 2; i++)
        {
            orders.Add(1, new KeyValuePair<string, object?>("shelf", 1));
            orders.Add(1, new KeyValuePair<string, object?>("shelf", "1"));
            orders.Add(1, new KeyValuePair<string, object?>("shelf", 1L));
        }
        var page = await service.GetText("/metrics");
        var samples = Samples(page);   // which refuses a series that is there twice

        Assert.Equal(6, samples.Single(static one => one.Key.StartsWith("orders_total", StringComparison.Ordinal)).Value);
        Assert.Equal(1, samples.Single(static one => one.Key.StartsWith("waits_seconds_sum", StringComparison.Ordinal)).Value);
        Assert.All(page.Split('\n').Where(static line => line.StartsWith("waits_seconds", StringComparison.Ordinal)), static line =>
        {
            var names = LabelName().Matches(line).Select(static one => one.Groups["name"].Value).ToList();
            Assert.Equal(names.Distinct(), names);
            Assert.Contains("exported_le", names);
            Assert.Contains("exported_otel_scope_name", names);
        });
    }

    [GeneratedRegex("(?<name>[a-z_]+)=\"")]
    private static partial Regex LabelName();

    [Fact]
    public async Task Series_MoreThanThereMayBe_AreAddedUpInOne()
    {
        await using var service = await TestService.Start(static options =>
        {
            options.Metrics.MaximumSeries = 10;
            options.Metrics.Meters.Add("Shop");
        });
        using var meter = MeterOf(service, "Shop");
        var orders = meter.CreateCounter<long>("orders");

        Parallel.For(0, 1000, i => orders.Add(1, new KeyValuePair<string, object?>("customer", i % 100)));
        var samples = Samples(await service.GetText("/metrics")).Where(static one => one.Key.StartsWith("orders", StringComparison.Ordinal)).ToList();

        Assert.Equal(11, samples.Count);
        Assert.Equal(1000, samples.Sum(static one => one.Value));
        Assert.Contains(samples, static one => one.Key == "orders_total{otel_metric_overflow=\"true\"}");
    }

    [Fact]
    public async Task Counters_ManyThreads_LoseNothing()
    {
        await using var service = await TestService.Start(static options => options.Metrics.Meters.Add("Shop"));
        using var meter = MeterOf(service, "Shop");
        var orders = meter.CreateCounter<double>("orders");
        var waits = meter.CreateHistogram<double>("waits", "s");

        Parallel.For(0, 100_000, i =>
        {
            orders.Add(0.5, new KeyValuePair<string, object?>("kind", i % 7));
            waits.Record(1);
        });
        var samples = Samples(await service.GetText("/metrics"));

        Assert.Equal(50_000, samples.Where(static one => one.Key.StartsWith("orders_total", StringComparison.Ordinal)).Sum(static one => one.Value));
        Assert.Equal(100_000, samples.Single(static one => one.Key.StartsWith("waits_seconds_count", StringComparison.Ordinal)).Value);
        Assert.Equal(100_000, samples.Single(static one => one.Key.StartsWith("waits_seconds_sum", StringComparison.Ordinal)).Value);
    }

    [Fact]
    public async Task RuntimesOwnMeter_NamedInTheOptions_DoesNotSayThingsTwice()
    {
        await using var service = await TestService.Start(static options => options.Metrics.Meters.Add("*"));

        var page = await service.GetText("/metrics");

        Assert.Single(Type().Matches(page), static one => one.Groups["name"].Value == "dotnet_gc_collections_total");
        Assert.Equal(Type().Count(page), Type().Matches(page).Select(static one => one.Groups["name"].Value).Distinct().Count());
    }

    [GeneratedRegex(@"^# TYPE (?<name>\S+) ", RegexOptions.Multiline)]
    private static partial Regex Type();

    [Fact]
    public async Task SwitchedOn_WhileRunning_CountsFromThen()
    {
        await using var service = await TestService.Start(static options => options.Enabled = false, routes: static app => app.MapGet("/work", static () => "done"));
        await service.GetText("/work");

        service.Configure("Vitrine:Enabled", "true");
        await service.GetText("/work");

        await Wait.Until(async () => (await service.GetText("/metrics")).Contains("_count{", StringComparison.Ordinal), "the request is counted");
        Assert.Equal(1, Samples(await service.GetText("/metrics")).Single(static one => one.Key.Contains("duration_seconds_count", StringComparison.Ordinal)).Value);
        service.Configure("Vitrine:Guard:Switches:States:metrics", "false");
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Get("/metrics")).StatusCode);
    }

    [Fact]
    public async Task Page_PrometheusOwnChecker_ReadsIt()
    {
        var promtool = Path.Combine(Checkout.Cache, "servers", "prometheus", "usr", "bin", "promtool");
        if (!File.Exists(promtool)) Prerequisite.Missing("promtool is missing: run eng/debian-servers");
        await using var service = await TestService.Start(routes: static app => app.MapGet("/work", static () => "done"));
        await service.GetText("/work");
        var page = await service.GetText("/metrics");

        var start = new ProcessStartInfo(promtool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var check = Process.Start(start)!;
        await check.StandardInput.WriteAsync(page);
        check.StandardInput.Close();
        var said = await check.StandardError.ReadToEndAsync() + await check.StandardOutput.ReadToEndAsync();
        await check.WaitForExitAsync();

        // 3 is style, such as a name that the conventions want and Prometheus' linter does not; 1 is a page that it cannot read.
        Assert.True(check.ExitCode is 0 or 3, said);
        Assert.DoesNotContain("error while linting", said, StringComparison.Ordinal);
    }
}

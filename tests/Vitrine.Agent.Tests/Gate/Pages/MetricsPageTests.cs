using System.Buffers;
using System.Text;
using Vitrine.Agent.Gate.Pages;
using Vitrine.Agent.Gate.Services;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Gate.Pages;

/// <summary>What Go's own Prometheus client says of real servers, and what is read of them from outside.</summary>
public sealed class MetricsPageTests
{
    // Of these the runtime's variable is not searched for.
    static readonly string[] s_notRead = ["go_gc_limiter_last_enabled_gc_cycle", "go_gc_stack_starting_size_bytes"];

    // Not the runtime's: the oldest client still counted what has been 0 since Go 1.9.
    static readonly string[] s_gone = ["go_memstats_lookups_total", "go_memstats_gc_cpu_fraction"];

    // These do not change by themselves.
    static readonly string[] s_constant = ["go_gc_gogc_percent", "go_gc_gomemlimit_bytes", "go_sched_gomaxprocs_threads", "process_max_fds", "process_virtual_memory_max_bytes"];

    [FullRunOnly("Debian servers")]
    [Theory]
    [InlineData("prometheus")]
    [InlineData("prometheus-node-exporter")]
    [InlineData(DebianServer.PrometheusWithRuntimeMetrics)]
    public void Write_OfAServerThatExposesItself_HasItsNamesTypesAndValues(string name)
    {
        using var server = DebianServer.Start(name);
        using var service = new GateService("server", new TargetChoice { Pid = server.Pid }, null, [], TimeProvider.System);
        server.Work(50);

        var before = Own(server);
        var outside = ExposedMetrics.Parse(Page(service));
        var after = Own(server);

        foreach (var (metric, type) in before.Types.Where(one => IsGos(one.Key)))
        {
            if (s_notRead.Contains(metric))
                Assert.Contains(metric, outside.Unknown);
            else
                Assert.True(outside.Types.TryGetValue(metric, out var seen) && seen == type, $"{metric}: {type} of the server, {seen ?? "missing"} from outside");
        }
        foreach (var (series, value) in before.Series.Where(one => IsGos(one.Key) && !s_notRead.Contains(one.Key)))
        {
            Assert.True(outside.Series.TryGetValue(series, out var seen), $"{series} is missing");
            Assert.True(IsBetween(series, value, seen, after.Series[series]), $"{series}: {value} and {after.Series[series]} of the server, {seen} from outside");
        }
    }

    static bool IsBetween(string series, double before, double seen, double after)
    {
        if (s_constant.Contains(series) || series.StartsWith("go_info", StringComparison.Ordinal))
            return seen == before;
        // runtime/metrics leaves out what the processors' caches hold; the page has it, as runtime.ReadMemStats does. What moves with it moves within this.
        var slack = Math.Max(Math.Abs(after), Math.Abs(before)) * 0.2 + (series.Contains("bytes", StringComparison.Ordinal) ? 512 << 10 : series.Contains("seconds", StringComparison.Ordinal) ? 0.3 : 4_000);
        return seen >= Math.Min(before, after) - slack && seen <= Math.Max(before, after) + slack;
    }

    [FullRunOnly("Debian servers")]
    [Fact]
    public void Write_OfAQuietServer_HasThePausesAndSystemMemoryExactly()
    {
        using var server = DebianServer.Start("prometheus-node-exporter");
        using var service = new GateService("server", new TargetChoice { Pid = server.Pid }, null, [], TimeProvider.System);
        server.Work(300);

        ExposedMetrics before, outside, after;
        var tries = 0;
        do
        {
            before = Own(server);
            outside = ExposedMetrics.Parse(Page(service));
            after = Own(server);
            Assert.True(++tries < 20, "a collection ended in every single try");
        }
        while (before.Series["go_gc_duration_seconds_count"] != after.Series["go_gc_duration_seconds_count"]);

        string[] exact =
        [
            "go_gc_duration_seconds{quantile=\"0\"}", "go_gc_duration_seconds{quantile=\"0.25\"}", "go_gc_duration_seconds{quantile=\"0.5\"}", "go_gc_duration_seconds{quantile=\"0.75\"}", "go_gc_duration_seconds{quantile=\"1\"}",
            "go_gc_duration_seconds_sum", "go_gc_duration_seconds_count", "go_memstats_last_gc_time_seconds", "go_memstats_mcache_inuse_bytes", "go_memstats_mcache_sys_bytes", "go_threads", "process_start_time_seconds",
        ];
        Assert.True(before.Series["go_gc_duration_seconds_count"] > 0);
        foreach (var series in exact.Where(one => before.Series[one] == after.Series[one]))
            Assert.Equal(before.Series[series], outside.Series[series]);
    }

    [Fact]
    public void Write_OfAServiceWithoutAnyPort_HasItAll()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "bare"));
        using var service = new GateService("bare", new TargetChoice { Pid = process.Pid }, null, [], TimeProvider.System);

        var outside = ExposedMetrics.Parse(Page(service));

        Assert.InRange(outside.Series["go_goroutines"], 1, 1000);
        Assert.Equal("histogram", outside.Types["go_sched_latencies_seconds"]);
        Assert.Equal("counter", outside.Types["go_gc_heap_allocs_bytes_total"]);
        Assert.True(outside.Series["go_memstats_sys_bytes"] > 1 << 20);
        Assert.Equal("counter", outside.Types["go_cpu_classes_user_cpu_seconds_total"]);
        // What is not known is said, and is never 0.
        Assert.Contains("go_sync_mutex_wait_total_seconds_total", outside.Unknown);
        Assert.DoesNotContain("go_sync_mutex_wait_total_seconds_total", outside.Series.Keys);
    }

    static bool IsGos(string metric) => (metric.StartsWith("go_", StringComparison.Ordinal) || metric.StartsWith("process_", StringComparison.Ordinal)) && !s_gone.Contains(metric);

    static ExposedMetrics Own(DebianServer server) => ExposedMetrics.Parse(server.Metrics());

    static string Page(GateService service)
    {
        var output = new ArrayBufferWriter<byte>();
        new MetricsPage(service).Write(output, "", default);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

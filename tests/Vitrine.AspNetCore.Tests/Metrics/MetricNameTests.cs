using Vitrine.AspNetCore.Metrics;

namespace Vitrine.AspNetCore.Tests.Metrics;

/// <summary>The rules and examples of https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/.</summary>
public sealed class MetricNameTests
{
    [Theory]
    [InlineData("http.server.request.duration", "s", false, false, "http_server_request_duration_seconds")]
    [InlineData("system.filesystem.usage", "By", false, true, "system_filesystem_usage_bytes")]
    [InlineData("system.network.dropped", "{packets}", true, false, "system_network_dropped")]
    [InlineData("system.memory.utilization", "1", false, true, "system_memory_utilization_ratio")]
    [InlineData("hits", "1", true, false, "hits")]
    [InlineData("requests_total", "", true, false, "requests")]
    [InlineData("disk.speed", "By/s", false, true, "disk_speed_bytes_per_second")]
    [InlineData("mails", "{mail}/min", false, true, "mails_per_minute")]
    [InlineData("queue.wait_seconds", "s", false, true, "queue_wait_seconds")]
    [InlineData("(lambda).function.executions(#)", "", false, false, "_lambda_function_executions_")]
    [InlineData("2xx", "", true, false, "_2xx")]
    [InlineData("a:b", "", true, false, "a:b")]
    [InlineData("größe", "furlong", false, true, "gr_e_furlong")]
    public void Family_OfAnInstrument_FollowsTheRules(string name, string unit, bool isCounter, bool isGauge, string expected) =>
        Assert.Equal(expected, MetricName.Family(name, MetricName.Unit(unit, isGauge), isCounter));
}

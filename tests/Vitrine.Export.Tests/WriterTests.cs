using System.Globalization;
using System.Text.Json;
using Vitrine.Instruments;

namespace Vitrine.Export.Tests;

public class WriterTests
{
    static readonly HistogramSeries s_series = new([new("function", "main.a\"b\\c\nd")], LogLinearHistogram.OfValues([100, 300, 300, 5_000, 2_000_000_000]));

    [Fact]
    public void Prometheus_HasCumulativeBucketsWithExactBounds()
    {
        var text = new StringWriter();
        PrometheusHistogramWriter.Write(text, "x_seconds", "What it is.", [s_series]);
        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("# HELP x_seconds What it is.", lines[0]);
        Assert.Equal("# TYPE x_seconds histogram", lines[1]);
        Assert.Equal("""x_seconds_bucket{function="main.a\"b\\c\nd",le="2.56e-07"} 1""", lines[2]);
        Assert.Equal("""x_seconds_bucket{function="main.a\"b\\c\nd",le="5.12e-07"} 3""", lines[3]);
        var counts = lines.Where(line => line.StartsWith("x_seconds_bucket", StringComparison.Ordinal)).Select(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(counts.Order(), counts);
        Assert.Equal(5, counts[^1]);
        Assert.Equal("""x_seconds_sum{function="main.a\"b\\c\nd"} 2.0000057""", lines[^2]);
        Assert.Equal("""x_seconds_count{function="main.a\"b\\c\nd"} 5""", lines[^1]);
        // Each bound is one of the source's bounds: nothing is split.
        Assert.All(PrometheusHistogramWriter.BoundsNs, bound => Assert.Equal(bound, LogLinearHistogram.LowerBound(LogLinearHistogram.IndexOf((ulong)bound))));
    }

    [Fact]
    public void Otlp_HasOneExponentialHistogramForEachSeries()
    {
        using var stream = new MemoryStream();
        var from = DateTimeOffset.UnixEpoch.AddSeconds(10);
        OtlpHistogramWriter.Write(stream, [new("service.name", "s")], "1.2.3", "x", "What it is.", from, from.AddSeconds(5), [s_series with { Scale = 2 }, new([], LogLinearHistogram.Empty)]);
        var metric = JsonDocument.Parse(stream.ToArray()).RootElement.GetProperty("resourceMetrics")[0].GetProperty("scopeMetrics")[0].GetProperty("metrics")[0];
        var points = metric.GetProperty("exponentialHistogram").GetProperty("dataPoints");

        Assert.Equal("ns", metric.GetProperty("unit").GetString());
        Assert.Equal(2, metric.GetProperty("exponentialHistogram").GetProperty("aggregationTemporality").GetInt32());
        var point = points[0];
        Assert.Equal("10000000000", point.GetProperty("startTimeUnixNano").GetString());
        Assert.Equal("15000000000", point.GetProperty("timeUnixNano").GetString());
        Assert.Equal("10", point.GetProperty("count").GetString());
        Assert.Equal(5, point.GetProperty("scale").GetInt32());
        Assert.Equal(10, point.GetProperty("positive").GetProperty("bucketCounts").EnumerateArray().Sum(count => long.Parse(count.GetString()!, CultureInfo.InvariantCulture)));
        Assert.Equal(ExponentialBuckets.IndexOf(100), point.GetProperty("positive").GetProperty("offset").GetInt32());
        Assert.Equal("0", points[1].GetProperty("count").GetString());
        Assert.False(points[1].TryGetProperty("min", out _));
    }
}

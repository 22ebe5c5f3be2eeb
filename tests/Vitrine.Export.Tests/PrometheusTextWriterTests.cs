using System.Buffers;
using System.Text;

namespace Vitrine.Export.Tests;

public sealed class PrometheusTextWriterTests
{
    [Fact]
    public void Write_LabelsAndSentencesOfAnyKind_StayOnTheirLines()
    {
        var family = new MetricFamily("go_info", MetricType.Gauge, "One\nline \\ \"quoted\"", [new MetricSample(1) { Labels = [new("version", "a\\b\"c\nd")] }]);

        Assert.Equal("# HELP go_info One\\nline \\\\ \"quoted\"\n# TYPE go_info gauge\ngo_info{version=\"a\\\\b\\\"c\\nd\"} 1\n", Text(family));
    }

    [Fact]
    public void Write_AMetricThatIsNotKnown_IsACommentWithTheReason() =>
        Assert.Equal("# go_threads is not known: no\\nsuch field\n", Text(MetricFamily.Unknown("go_threads", "no\nsuch field")));

    static string Text(MetricFamily family)
    {
        var output = new ArrayBufferWriter<byte>();
        PrometheusTextWriter.Write(output, [family]);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

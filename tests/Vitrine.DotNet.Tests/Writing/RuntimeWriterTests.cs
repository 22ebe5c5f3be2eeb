using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vitrine.DotNet.Runtime;
using Vitrine.DotNet.Writing;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Writing;

public sealed partial class RuntimeWriterTests
{
    public static TheoryData<RuntimeFormat> Formats => new(Enum.GetValues<RuntimeFormat>());

    static RuntimeSnapshot Taken()
    {
        GC.Collect();
        using var reader = new RuntimeReader();
        reader.Capture(out var snapshot);
        return snapshot;
    }

    static string Written(in RuntimeSnapshot snapshot, RuntimeFormat format)
    {
        var buffer = new ArrayBufferWriter<byte>();
        RuntimeWriter.Write(snapshot, format, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [Theory, MemberData(nameof(Formats))]
    public void Write_ToAnyDestination_IsTheSamePage(RuntimeFormat format)
    {
        var snapshot = Taken();
        using var stream = new MemoryStream();
        using var text = new StringWriter();
        RuntimeWriter.Write(snapshot, format, stream);
        RuntimeWriter.Write(snapshot, format, text);

        Assert.Equal(Written(snapshot, format), Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(Written(snapshot, format), text.ToString());
        Assert.True(Ascii.IsValid(text.ToString()));
    }

    [Theory, MemberData(nameof(Formats))]
    public void Write_Warm_AllocatesNothing(RuntimeFormat format)
    {
        using var reader = new RuntimeReader();
        using var stream = new MemoryStream(64 * 1024);
        using var text = new StreamWriter(Stream.Null);
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);

        Assert.Equal(0, AllocatedBytes.Of(() =>
        {
            reader.Capture(out var snapshot);
            stream.Position = 0;
            RuntimeWriter.Write(snapshot, format, stream);
            RuntimeWriter.Write(snapshot, format, text);
            buffer.ResetWrittenCount();
            RuntimeWriter.Write(snapshot, format, buffer);
        }));
    }

    [Fact]
    public void Text_HasALineForEachFieldWithItsFigure()
    {
        var snapshot = Taken();
        var lines = Written(snapshot, RuntimeFormat.Text).TrimEnd('\n').Split('\n');

        Assert.Equal(RuntimeSnapshot.FieldCount + 1, lines.Length);
        Assert.Contains($"# HeapSize = {snapshot[RuntimeField.HeapSize].Value} bytes", lines);
        Assert.Contains($"# PauseTotal = {snapshot[RuntimeField.PauseTotal].Value} ns", lines);
        Assert.Contains($"# Collections2 = {snapshot[RuntimeField.Collections2].Value}", lines);
        Assert.Contains("# HeapSize = unknown (never captured)", Written(default, RuntimeFormat.Text), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_IsReadByAParser_WithEveryFigureAndEveryReason()
    {
        var snapshot = Taken();
        using var document = JsonDocument.Parse(Written(snapshot, RuntimeFormat.Json));
        Assert.Equal(snapshot.CapturedAt, document.RootElement.GetProperty("captured_at").GetDateTime().ToUniversalTime());
        var metrics = document.RootElement.GetProperty("metrics").EnumerateArray().ToList();
        Assert.Equal(RuntimeSnapshot.FieldCount, metrics.Count);
        foreach (var (json, metric) in metrics.Zip(RuntimeMetrics.All))
        {
            Assert.Equal(metric.Name, json.GetProperty("name").GetString());
            Assert.Equal(metric.Unit, json.GetProperty("unit").GetString());
            Assert.Equal(metric.Attribute?.Value, json.GetProperty("attributes").EnumerateObject().Select(static one => one.Value.GetString()).SingleOrDefault());
            // Exactly: the decimal, scaled back, is the integer of the field.
            var scale = (decimal)Math.Pow(10, -metric.Exponent);
            Assert.Equal(snapshot[metric.Field].Value, json.GetProperty("value").GetDecimal() * scale);
        }

        using var empty = JsonDocument.Parse(Written(default, RuntimeFormat.Json));
        Assert.All(empty.RootElement.GetProperty("metrics").EnumerateArray(), static one =>
        {
            Assert.Equal(JsonValueKind.Null, one.GetProperty("value").ValueKind);
            Assert.Equal("never captured", one.GetProperty("unknown").GetString());
        });
    }

    [Fact]
    public void Prometheus_FollowsTheTextFormat_AndNamesFollowTheConventions()
    {
        var snapshot = Taken();
        var lines = Written(snapshot, RuntimeFormat.Prometheus).TrimEnd('\n').Split('\n');

        string? family = null;
        HashSet<string> families = [];
        var samples = 0;
        foreach (var line in lines)
        {
            if (HelpLine().Match(line) is { Success: true } help)
            {
                family = help.Groups["name"].Value;
                Assert.True(families.Add(family), $"{family} has two headers");
                continue;
            }
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.Matches($"^# TYPE {family} (counter|gauge)$", line);
                Assert.Equal(line.EndsWith("counter", StringComparison.Ordinal), family!.EndsWith("_total", StringComparison.Ordinal));
                continue;
            }
            var sample = SampleLine().Match(line);
            Assert.True(sample.Success, line);
            Assert.Equal(family, sample.Groups["name"].Value);
            Assert.True(double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture) >= 0);
            samples++;
        }
        Assert.Equal(RuntimeSnapshot.FieldCount, samples);
        Assert.Contains($"dotnet_gc_collections_total{{gc_heap_generation=\"gen2\"}} {snapshot[RuntimeField.Collections2].Value}", lines);
        Assert.Contains($"dotnet_gc_heap_total_allocated_bytes_total {snapshot[RuntimeField.TotalAllocated].Value}", lines);
        Assert.Contains(lines, static line => line.StartsWith("dotnet_process_cpu_time_seconds_total{cpu_mode=\"user\"} ", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("vitrine_dotnet_gc_pause_share_ratio ", StringComparison.Ordinal));
        Assert.DoesNotContain(Written(default, RuntimeFormat.Prometheus).Split('\n'), static line => line.Length > 0 && line[0] != '#');
    }

    [Theory]
    [InlineData(0, -9, "0")]
    [InlineData(1, -9, "0.000000001")]
    [InlineData(1_500_000_000, -9, "1.5")]
    [InlineData(3_000_000_007, -9, "3.000000007")]
    [InlineData(12_000_000_000, -9, "12")]
    [InlineData(long.MaxValue, -9, "9223372036.854775807")]
    [InlineData(125, -4, "0.0125")]
    [InlineData(42, 0, "42")]
    public void AppendScaled_AnyExponent_IsTheExactDecimal(long value, int exponent, string expected)
    {
        var page = PageBuffer.Rent();
        page.AppendScaled(value, exponent);

        Assert.Equal(expected, Encoding.ASCII.GetString(page.Bytes));
    }

    [Fact]
    public void Write_FromADestinationThatWritesAPageItself_KeepsThemApart()
    {
        var snapshot = Taken();
        using var nested = new Nested(snapshot);
        RuntimeWriter.Write(snapshot, RuntimeFormat.Text, nested);

        Assert.Equal(Written(snapshot, RuntimeFormat.Text), nested.Seen);
    }

    sealed class Nested(RuntimeSnapshot snapshot) : MemoryStream
    {
        public string Seen { get; private set; } = "";

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            RuntimeWriter.Write(snapshot, RuntimeFormat.Json, Null);
            Seen = Encoding.UTF8.GetString(buffer);
        }
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-z_][a-z0-9_]*) .+\.$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("""^(?<name>[a-z_][a-z0-9_]*)(\{[a-z_]+="[a-z0-9]+"\})? (?<value>[0-9]+(\.[0-9]+)?)$""")]
    private static partial Regex SampleLine();
}
